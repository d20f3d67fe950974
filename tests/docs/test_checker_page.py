"""What the page on the checker shows is what the checker does."""

import json

from standards.command_line import main
from standards.live.operations import documented
from tests.docs.documents import Document
from tests.standards.folders import CLEAN, write

PAGE = Document("docs/standards-checker.md")
SERVICE = '''\
"""Posts."""

from sqlalchemy import select
'''
ANSWERED = '''\
"""Posts."""

from sqlalchemy import select  # standards: ignore[LAY003] a report that is one query
'''


def only(language):
    """The page's one block of a language."""
    (block,) = [block for block in PAGE.blocks if block.language == language]
    return block.text


def test_a_finding_is_told_so(tmp_path, capsys):
    folder = write(tmp_path, CLEAN | {"app/services/post_service.py": SERVICE})

    code = main(["check", str(folder)])

    assert code == 1
    assert capsys.readouterr().out.startswith(only("text"))


def test_a_finding_that_is_answered_for_is_none(tmp_path):
    folder = write(tmp_path, CLEAN | {"app/services/post_service.py": ANSWERED})

    assert main(["check", str(folder)]) == 0


def test_the_extension_is_understood():
    told = json.loads(only("json"))

    operation = documented("POST /exports", told, {}, {}, extension="x-access", public=())

    assert not operation.is_public
    assert operation.limits == ("export",)
