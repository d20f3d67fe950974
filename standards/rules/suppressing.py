"""Comments that answer for a finding; `standards.suppressions` finds what is wrong with them."""

from collections.abc import Iterator

from standards.project import Project
from standards.remark import Remark
from standards.rule import rule
from standards.suppressions import WITHOUT_REASON, WITHOUT_USE


@rule(WITHOUT_REASON)
def a_suppression_gives_a_reason(_project: Project) -> Iterator[Remark]:
    """Found while findings are suppressed, after all other rules."""
    yield from ()


@rule(WITHOUT_USE)
def a_suppression_suppresses_something(_project: Project) -> Iterator[Remark]:
    """Found while findings are suppressed, after all other rules."""
    yield from ()
