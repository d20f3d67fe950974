"""What a family's page says of its rules: what each wants, and why, an example of both kinds, the way out."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from standards.rule import RULES, Rule

FOLDER = Path(__file__).parent / "rules"
SECTION = re.compile(r"^## (?P<id>[A-Z]{3}\d{3}): (?P<title>.+)$", re.MULTILINE)
PART = re.compile(r"^\*\*(Wants|Why|Bad|Good|Fix)\.\*\* *", re.MULTILINE)
FENCE = re.compile(r"^```\w*\n# (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one rule."""

    id: str
    title: str
    text: str

    @property
    def parts(self) -> dict[str, str]:
        """What it wants, why, the examples, and the way out."""
        _, *told = PART.split(self.text)
        return dict(zip(told[::2], (text.strip() for text in told[1::2]), strict=True))

    @property
    def bad(self) -> dict[str, str]:
        """Files with exactly one finding of this rule, by their paths."""
        return files_of(self.parts["Bad"])

    @property
    def good(self) -> dict[str, str]:
        """Files without any finding, by their paths."""
        return files_of(self.parts["Good"])


def files_of(text: str) -> dict[str, str]:
    """The files of an example: each fence begins with its path."""
    return {match["path"]: match["text"] for match in FENCE.finditer(text)}


def page_of(rule: Rule) -> Page:
    """The words of a rule."""
    return pages(rule.family)[rule.id]


@cache
def pages(family: str) -> dict[str, Page]:
    """The words of a family's rules, by their ids."""
    text = (FOLDER / f"{family}.md").read_text(encoding="utf-8")
    _, *told = SECTION.split(text)
    return {
        rule_id: Page(rule_id, title, body.strip())
        for rule_id, title, body in zip(told[::3], told[1::3], told[2::3], strict=True)
    }


def reference() -> str:
    """All rules on one page, for the documentation."""
    families = dict.fromkeys(rule.family for rule in RULES.values())
    bodies = [(FOLDER / f"{family}.md").read_text(encoding="utf-8").strip() for family in families]
    return (
        f"{REFERENCE_HEAD}\n"
        + "\n\n".join(SECTION.sub(r"### \g<id>: \g<title>", f"#{body}") for body in bodies)
        + "\n"
    )


REFERENCE_HEAD = """\
# The rules

What `faregate check` knows. This page is printed by `python -m standards reference`; a test compares. Both
examples of each rule are executed by a test: the bad one has that finding alone, the good one has none.
"""
