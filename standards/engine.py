"""Running rules over a project."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from standards.configuration import read_configuration
from standards.errors import CheckError
from standards.layout import require_layout
from standards.project import Project
from standards.reading import read_project
from standards.remark import Finding
from standards.rule import RULES, Rule
from standards.rules import load_rules
from standards.suppressions import without_suppressed


def check_folder(root: Path, *, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> list[Finding]:
    """All findings of a project, in the order of its files.

    `select` and `ignore` are ids of rules or beginnings of ids; what is selected here replaces what the
    project selects, what is ignored is ignored as well.

    Raises:
        CheckError: the project cannot be checked.
    """
    configuration = read_configuration(root)
    require_layout(root, configuration)
    rules = chosen(tuple(select) or configuration.select, (*ignore, *configuration.ignore))
    with uncollected():
        return check(read_project(root, configuration), rules)


def check(project: Project, rules: Iterable[Rule]) -> list[Finding]:
    """All findings of these rules in a project, in the order of its files."""
    rules = list(rules)
    selected = frozenset(rule.id for rule in rules)
    found = {Finding(remark, rule.id) for rule in rules for remark in rule.check(project)}
    kept = without_suppressed(found, project.all_modules, selected=selected)
    return sorted(finding for finding in kept if finding.rule_id in selected)


def chosen(select: tuple[str, ...], ignore: tuple[str, ...]) -> list[Rule]:
    """The rules whose ids begin so; all, where nothing is selected.

    Raises:
        CheckError: no rule's id does.
    """
    load_rules()
    for beginning in (*select, *ignore):
        if not any(rule_id.startswith(beginning) for rule_id in RULES):
            message = f"no rule is called {beginning}; --list shows all"
            raise CheckError(message)
    return [
        rule
        for rule_id, rule in sorted(RULES.items())
        if (not select or rule_id.startswith(select)) and not rule_id.startswith(ignore)
    ]


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave the garbage collector out: hundreds of thousands of nodes live until the end, none is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
