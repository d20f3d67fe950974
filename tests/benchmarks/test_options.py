import re
import shlex
from pathlib import Path

import pytest

from benchmarks.benchmark_run import subjects_of
from benchmarks.figures import Name, SubjectName
from benchmarks.options import read_options

GUIDE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COMMANDS = re.findall(r'^make bench(?: ARGS="(.*)")?$', GUIDE.read_text(), re.MULTILINE)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_every_command_of_the_guide_is_understood(arguments):
    assert read_options(shlex.split(arguments)).rounds >= 1


def test_the_guide_has_commands():
    assert len(COMMANDS) >= 3


def test_quick_leaves_out_the_big_world_unless_it_is_asked_for():
    assert Name.BIG not in read_options(["--quick"]).only
    assert read_options(["--quick", "--only", "big"]).only == {Name.BIG}


def test_half_of_the_maximum_needs_the_maximum():
    assert subjects_of(frozenset({Name.LATENCY}))[0] is SubjectName.VERIFY


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--seconds", "x"], ["--only", "nothing"]])
def test_what_cannot_be_measured_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        read_options(arguments)

    assert "usage:" in capsys.readouterr().err
