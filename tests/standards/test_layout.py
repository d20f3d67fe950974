"""Projects of another layout are told so, once."""

import pytest

from standards.command_line import main
from tests.conftest import ROOT
from tests.standards.folders import write

LAYOUTS = ROOT / "tests" / "standards" / "fixtures" / "layouts"


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("feature_folders", "`app` has a folder for each feature (posts, users)"),
        ("single_file", "the application is a single file"),
    ],
)
def test_another_layout_gets_one_sentence_and_no_finding(capsys, layout, told):
    code = main(["check", str(LAYOUTS / layout)])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"standards: not this layout: {told}.")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"README.md": ""}, "there is no package `app`"),
        ({"app/__init__.py": ""}, "`app` has no rooms"),
        ({"app/domain/__init__.py": ""}, "`app` has other rooms"),
    ],
    ids=range(3),
)
def test_it_says_what_is_there_instead(capsys, tmp_path, files, told):
    write(tmp_path, files)

    assert main(["check", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_no_layout(capsys, tmp_path):
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
