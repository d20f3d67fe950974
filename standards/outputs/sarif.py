"""For code scanning: SARIF 2.1.0 (OASIS)."""

import json
from collections.abc import Sequence
from pathlib import Path

from standards.page import page_of
from standards.remark import Finding
from standards.rule import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(findings: Sequence[Finding], _root: Path) -> str:
    """One run of one tool, with the rules that it knows."""
    rules = [descriptor(rule_id) for rule_id in sorted(RULES)]
    driver = {"name": "standards", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [result(finding) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def descriptor(rule_id: str) -> dict[str, object]:
    """What SARIF calls a reportingDescriptor."""
    page = page_of(RULES[rule_id])
    return {
        "id": rule_id,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.parts["Wants"]},
        "help": {"text": page.parts["Fix"], "markdown": page.text},
    }


def result(finding: Finding) -> dict[str, object]:
    """A finding in its place."""
    remark = finding.remark
    region = {"startLine": remark.line, "startColumn": remark.column, "endColumn": remark.end_column}
    location = {"artifactLocation": {"uri": remark.path}, "region": region}
    return {
        "ruleId": finding.rule_id,
        "level": "error",
        "message": {"text": remark.message},
        "locations": [{"physicalLocation": location}],
    }
