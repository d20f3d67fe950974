"""`# standards: ignore[ID] reason`: a finding that somebody has looked at and answers for."""

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from standards.module import Module
from standards.remark import Finding, Remark

MARK = "standards: ignore"
COMMENT = re.compile(r"#\s*standards: ignore(?:\[(?P<ids>[^\]]*)\])?(?P<reason>.*)")
WITHOUT_REASON = "SUP001"
WITHOUT_USE = "SUP002"


@dataclass(slots=True)
class Suppression:
    """One such comment; it speaks about its own line, or about the next if it has a line of its own."""

    remark: Remark
    ids: tuple[str, ...]
    reason: str
    line: int
    used: set[str] = field(default_factory=set)


def suppressions_of(module: Module) -> Iterator[Suppression]:
    """Every such comment of a module."""
    if MARK not in module.text:
        return
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is not None:
            line, column = token.start
            ids = tuple(name.strip() for name in (match["ids"] or "").split(",") if name.strip())
            is_alone = not token.line[:column].strip()
            place = Remark(module.path, line, column + 1, token.end[1] + 1, "")
            yield Suppression(place, ids, match["reason"].strip(" :-"), line + is_alone)


def without_suppressed(
    findings: Iterable[Finding], modules: Iterable[Module], *, selected: frozenset[str]
) -> Iterator[Finding]:
    """What nobody has answered for; and the answers that give no reason, or answer nothing."""
    suppressions = [each for module in modules for each in suppressions_of(module)]
    by_place = {(each.remark.path, each.line): each for each in suppressions if each.reason}
    for finding in findings:
        answer = by_place.get((finding.remark.path, finding.remark.line))
        if answer is not None and finding.rule_id in answer.ids:
            answer.used.add(finding.rule_id)
        else:
            yield finding
    for each in suppressions:
        if not each.reason or not each.ids:
            yield remark_of(each, WITHOUT_REASON, "say which rule, and why: `# standards: ignore[ID] reason`")
        else:
            unused = [name for name in each.ids if name in selected and name not in each.used]
            if unused:
                yield remark_of(each, WITHOUT_USE, f"nothing here breaks {', '.join(unused)}")


def remark_of(suppression: Suppression, rule_id: str, message: str) -> Finding:
    """A finding about the comment itself."""
    place = suppression.remark
    return Finding(Remark(place.path, place.line, place.column, place.end_column, message), rule_id)
