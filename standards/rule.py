"""A rule, and the list of all of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from standards.project import Project
from standards.remark import Remark

Check = Callable[[Project], Iterable[Remark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable id and what finds its violations; the words are in the family's page."""

    id: str
    check: Check

    @property
    def family(self) -> str:
        """The module that has the rule, whose page of the same name explains it."""
        return self.check.__module__.rpartition(".")[2]


RULES: dict[str, Rule] = {}


def rule(rule_id: str) -> Callable[[Check], Check]:
    """Register a function as the check of a rule.

    Raises:
        ValueError: the id is taken.
    """

    def register(check: Check) -> Check:
        if rule_id in RULES:
            message = f"two rules are called {rule_id}"
            raise ValueError(message)
        RULES[rule_id] = Rule(rule_id, check)
        return check

    return register
