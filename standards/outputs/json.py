"""For programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from standards.page import page_of
from standards.remark import Finding
from standards.rule import RULES


def to_json(findings: Sequence[Finding], _root: Path) -> str:
    """A list with an object for each finding."""
    return json.dumps([as_object(finding) for finding in findings], indent=2)


def as_object(finding: Finding) -> dict[str, object]:
    """A finding's members; lines and columns count from 1."""
    remark = finding.remark
    return {
        "rule": finding.rule_id,
        "title": page_of(RULES[finding.rule_id]).title,
        "message": remark.message,
        "path": remark.path,
        "line": remark.line,
        "column": remark.column,
        "end_column": remark.end_column,
    }
