"""Who may call a route, and how often, as far as the source tells."""

import ast
import re
from collections.abc import Iterator

from standards.module import Module, last_name
from standards.project import Project
from standards.routes import Route

TRIED = re.compile(
    r"/(login|sign-?in|sign-?up|register|token|refresh|password-?reset|forgot-password|reset-password|"
    r"verify-email|mfa|otp|2fa|magic-link)\b"
)
LIMIT = re.compile(r"limit", re.IGNORECASE)
REACH_MAX = 400


def is_declared(project: Project, module: Module, route: Route) -> bool:
    """Whether a route's `dependencies` declare its access, or a parameter knows its caller."""
    demands = route.demands("dependencies")
    words = [word for each in demands for word in words_of(project, module, each)]
    declared = tuple(
        f"{project.configuration.package}.{place.removesuffix('.py').replace('/', '.')}."
        for place in project.configuration.access_declarations
    )
    if any(word.startswith(declared) for word in words):
        return True
    asked = [last_name(node) for each in demands for node in ast.walk(each)]
    for argument in route.parameters:
        asked.append(argument.arg)
        asked += [last_name(node) for node in ast.walk(argument)]
    return any(
        said in word.lower() for said in project.configuration.access_parameters for word in asked if word
    )


def words_of(project: Project, module: Module, node: ast.expr) -> Iterator[str]:
    """The full names in an expression, and those in the values that they stand for."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            name = project.resolve(module, each)
            yield name
            home, _, own = name.rpartition(".")
            place = project.by_name.get(home)
            if place is not None:
                inside = [inner for value in values_of(place, own) for inner in ast.walk(value)]
                yield from (project.resolve(place, inner) for inner in inside if isinstance(inner, ast.Name))


def values_of(module: Module, name: str) -> list[ast.expr]:
    """What a module gives to a name of its own."""
    return [
        statement.value
        for statement in module.tree.body
        if isinstance(statement, ast.Assign)
        and any(last_name(target) == name for target in statement.targets)
    ]


def is_tried_before_anyone_is_known(route: Route) -> bool:
    """Whether secrets can be tried at a route: to sign in, to renew, to reset."""
    return route.verb in {"post", "put"} and TRIED.search(route.path) is not None


def has_limit(project: Project, module: Module, route: Route) -> bool:
    """Whether the route names a limit, or what it asks for has one within reach."""
    own = [last_name(node) for each in route.demands("dependencies") for node in ast.walk(each)]
    own += [
        each.arg or ""
        for demand in route.demands("dependencies")
        for each in ast.walk(demand)
        if isinstance(each, ast.keyword)
    ]
    own += [last_name(node) for decorator in route.function.decorator_list for node in ast.walk(decorator)]
    own += [last_name(node) for argument in route.parameters for node in ast.walk(argument)]
    if any(LIMIT.search(word) for word in own):
        return True
    asked = [
        project.resolve(module, node)
        for argument in route.parameters
        for node in ast.walk(argument)
        if isinstance(node, ast.Name)
    ]
    return any(reaches_limit(project, name.rpartition(".")[0]) for name in asked)


def reaches_limit(project: Project, start: str) -> bool:
    """Whether a dependency, or what it is wired from, knows a class that limits."""
    rooms = {"api", "services"}
    seen: set[str] = set()
    waiting = [start]
    while waiting and len(seen) < REACH_MAX:
        name = waiting.pop()
        module = project.by_name.get(name)
        if module is None or name in seen or project.room_of(name) not in rooms:
            continue
        seen.add(name)
        if any(LIMIT.search(each.alias.name) for each in module.imports):
            return True
        waiting += [project.target_of(each) for each in module.imports]
    return False
