"""The documentation says what the program says."""

import re
from dataclasses import fields

from standards.configuration import Configuration
from standards.engine import chosen
from standards.page import reference
from tests.conftest import ROOT

RULES = chosen((), ())
DOCS = ROOT / "docs"
FAMILIES = {rule.id[:3] for rule in RULES}


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


def test_every_rule_that_a_page_names_is_there():
    pages = [*DOCS.glob("*.md"), *(DOCS / "adr").glob("*.md")]
    named = {name for page in pages for name in re.findall(r"\b[A-Z]{3}\d{3}\b", page.read_text())}

    assert {name for name in named if name[:3] in FAMILIES} <= {rule.id for rule in RULES}
