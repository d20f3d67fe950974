"""For people: each finding with its line, and a caret under what it is about."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from standards.page import page_of
from standards.remark import Finding
from standards.rule import RULES


def to_text(findings: Sequence[Finding], root: Path) -> str:
    """The findings, a paragraph for each, and their number."""
    if not findings:
        return "No findings."
    told = [paragraph(finding, root) for finding in findings]
    number = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    return "\n\n".join([*told, f"{number}. `--explain ID` says what a rule wants, and why."])


def paragraph(finding: Finding, root: Path) -> str:
    """A finding as compilers show theirs."""
    remark = finding.remark
    title = page_of(RULES[finding.rule_id]).title
    number = str(remark.line)
    gutter = " " * len(number)
    lines = lines_of(root / remark.path)
    line = lines[remark.line - 1] if remark.line <= len(lines) else ""
    width = max(1, min(remark.end_column, len(line) + 1) - remark.column)
    return "\n".join(
        [
            f"{finding.rule_id}: {title}",
            f"{gutter}--> {finding.place}",
            f"{gutter} |",
            f"{number} | {line}",
            f"{gutter} | {' ' * (remark.column - 1)}{'^' * width} {remark.message}",
        ]
    )


@cache
def lines_of(path: Path) -> list[str]:
    """The lines of a file; none if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
