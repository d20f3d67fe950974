"""For GitHub: workflow commands that become annotations."""

from collections.abc import Sequence
from pathlib import Path

from standards.remark import Finding


def to_github(findings: Sequence[Finding], _root: Path) -> str:
    """A command for each finding."""
    return "\n".join(command(finding) for finding in findings)


def command(finding: Finding) -> str:
    """One `::error`, escaped as GitHub's own toolkit escapes."""
    remark = finding.remark
    place = {"file": remark.path, "line": remark.line, "col": remark.column, "title": finding.rule_id}
    properties = ",".join(f"{name}={escaped_property(str(value))}" for name, value in place.items())
    return f"::error {properties}::{escaped(remark.message)}"


def escaped(text: str) -> str:
    """The text of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """The value of a command's property."""
    return escaped(text).replace(":", "%3A").replace(",", "%2C")
