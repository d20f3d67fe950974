"""FastAPI's dependencies, as the source shows them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from standards.module import Module, constant, keyword, last_name
from standards.project import Project


@dataclass(frozen=True, slots=True)
class Use:
    """One `Depends(f)` and where it stands."""

    module: Module
    call: ast.Call
    dependency: str
    """The full name of what is called; empty for what has no name."""

    @property
    def scope(self) -> object:
        """The `scope` that is asked for; None for the default."""
        return constant(keyword(self.call, "scope"))


def uses(project: Project) -> Iterator[Use]:
    """Every `Depends(...)` and `Security(...)` of the package."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if last_name(call.func) in {"Depends", "Security"}:
                target = call.args[0] if call.args else keyword(call, "dependency")
                named = isinstance(target, ast.Name | ast.Attribute)
                yield Use(module, call, project.resolve(module, target) if named and target else "")
