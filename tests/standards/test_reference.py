"""The documentation says what the program says."""

import re
from dataclasses import fields

from standards.configuration import Configuration
from standards.engine import chosen
from standards.page import reference
from tests.conftest import ROOT

RULES = chosen((), ())
DOCS = ROOT / "docs"


def test_the_page_of_the_rules_is_what_the_rules_say():
    written = (DOCS / "standards-rules.md").read_text()

    assert written == reference(), "python -m standards reference > docs/standards-rules.md"


def test_every_member_of_the_configuration_is_documented():
    page = (DOCS / "standards-checker.md").read_text()
    told = {
        name
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for name in re.findall(r"`([\w-]+)`", row)
    }

    assert {field.name.replace("_", "-") for field in fields(Configuration)} <= told
