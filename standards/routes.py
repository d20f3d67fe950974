"""The routes that a module declares: functions under `@router.get(...)` and its siblings."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from standards.module import Function, Module, constant, dotted, keyword

METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"}
)


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and the decorator that makes it one."""

    function: Function
    decorator: ast.Call
    router: ast.Call | None
    """The call that made its router, where that is seen."""

    @property
    def path(self) -> str:
        """The path, with its router's prefix."""
        own = constant(self.decorator.args[0] if self.decorator.args else keyword(self.decorator, "path"))
        prefix = constant(None if self.router is None else keyword(self.router, "prefix"))
        return f"{prefix or ''}{own or ''}"

    @property
    def verb(self) -> str:
        """The method, in lower case."""
        return self.decorator.func.attr if isinstance(self.decorator.func, ast.Attribute) else ""

    @property
    def parameters(self) -> list[ast.arg]:
        """All the handler's parameters."""
        arguments = self.function.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]

    def demands(self, name: str) -> list[ast.expr]:
        """What the decorator and the router give to a keyword, such as `dependencies`."""
        given = [keyword(self.decorator, name), None if self.router is None else keyword(self.router, name)]
        return [each for each in given if each is not None]


def routes_of(module: Module) -> Iterator[Route]:
    """Every route of a module, in the order of its lines."""
    routers = routers_of(module)
    for function in sorted(module.functions, key=lambda each: each.lineno):
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
                continue
            owner = dotted(decorator.func.value)
            if decorator.func.attr in METHODS and (owner in routers or owner.endswith(("router", "app"))):
                yield Route(function, decorator, routers.get(owner))


def routers_of(module: Module) -> dict[str, ast.Call]:
    """The routers and applications that a module makes, by their names."""
    return {
        target.id: statement.value
        for statement in module.tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        for target in statement.targets
        if isinstance(target, ast.Name) and dotted(statement.value.func).endswith(("APIRouter", "FastAPI"))
    }
