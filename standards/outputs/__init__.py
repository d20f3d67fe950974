"""How findings are told: to people, to programs, to forges."""

from collections.abc import Callable, Sequence
from pathlib import Path

from standards.outputs.github import to_github
from standards.outputs.json import to_json
from standards.outputs.sarif import to_sarif
from standards.outputs.text import to_text
from standards.remark import Finding

Output = Callable[[Sequence[Finding], Path], str]

OUTPUTS: dict[str, Output] = {"text": to_text, "json": to_json, "github": to_github, "sarif": to_sarif}
