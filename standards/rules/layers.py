"""Rooms and who may know whom: router, service, repository, database."""

import ast
from collections.abc import Iterator

from standards.imports import Import
from standards.module import Module
from standards.project import Project
from standards.remark import Remark
from standards.rule import rule
from standards.statuses import status_of
from standards.strong_components import strong_components

DATA_ROOMS = frozenset({"repositories", "models", "adapters", "db"})
SQL = frozenset({"sqlalchemy", "sqlmodel", "asyncpg", "psycopg", "psycopg2", "aiosqlite", "databases"})
HTTP = frozenset({"fastapi", "starlette"})
DECISIONS = frozenset({401, 402, 403, 429})
SQL_METHODS = frozenset({"execute", "scalars", "scalar"})


def foreign(module: Module, packages: frozenset[str]) -> Iterator[Import]:
    """The imports of a module that come from these packages."""
    return (each for each in module.imports if each.module.partition(".")[0] in packages)


@rule("LAY001")
def controllers_reach_data_through_services(project: Project) -> Iterator[Remark]:
    """A controller imports what lies under the services."""
    for module in project.controllers:
        for each in module.imports:
            room = project.room_of(project.target_of(each))
            if room in DATA_ROOMS or each.module.partition(".")[0] in SQL:
                yield module.remark(each.alias, f"a controller asks a service, not {each.module}")


@rule("LAY002")
def services_know_no_http(project: Project) -> Iterator[Remark]:
    """A service imports the web framework."""
    for module in project.within("services"):
        for each in foreign(module, HTTP):
            yield module.remark(each.alias, f"a service knows nothing of {each.module}")


@rule("LAY003")
def services_know_no_sql(project: Project) -> Iterator[Remark]:
    """A service imports the database, or is handed a session."""
    for module in project.within("services"):
        for each in foreign(module, SQL):
            yield module.remark(each.alias, f"a service asks a repository, not {each.module}")
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in SQL_METHODS:
                receiver = call.func.value
                name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
                if name.strip("_") in {"session", "db", "connection"}:
                    yield module.remark(call.func, "a service asks a repository, not the session")


@rule("LAY004")
def repositories_know_no_http(project: Project) -> Iterator[Remark]:
    """A repository imports the web framework."""
    for module in project.within("repositories", "models"):
        for each in foreign(module, HTTP):
            yield module.remark(each.alias, f"what keeps data knows nothing of {each.module}")


@rule("LAY005")
def repositories_do_not_decide(project: Project) -> Iterator[Remark]:
    """A repository raises an error about who may do something, how often, or at what price."""
    for module in project.within("repositories"):
        for raised in module.nodes(ast.Raise):
            error = raised.exc.func if isinstance(raised.exc, ast.Call) else raised.exc
            status = None if error is None else status_of(project, module, error)
            if error is not None and status in DECISIONS:
                yield module.remark(error, f"who may do this is for a service to say ({status})")


@rule("LAY006")
def imports_point_down(project: Project) -> Iterator[Remark]:
    """A module imports from a room above its own, or beside it."""
    for module in project.modules:
        room = project.room_of(module.name)
        height = project.heights.get(room)
        for each in module.imports:
            other = project.room_of(project.target_of(each))
            depth = project.heights.get(other)
            if height is None or depth is None or other == room or depth > height:
                continue
            where = "above" if depth < height else "beside"
            yield module.remark(each.alias, f"{other} is {where} {room}")


@rule("LAY007")
def imports_do_not_go_round(project: Project) -> Iterator[Remark]:
    """Modules import each other in a circle."""
    graph = {
        module.name: sorted({project.target_of(each) for each in module.imports} & project.by_name.keys())
        for module in project.modules
    }
    for circle in strong_components(graph):
        module = project.by_name[circle[0]]
        inside = next(each for each in module.imports if project.target_of(each) in circle)
        yield module.remark(inside.alias, f"a circle: {', '.join(circle)}")


@rule("LAY008")
def schemas_are_plain_data(project: Project) -> Iterator[Remark]:
    """A schema imports the web framework or the database."""
    for module in project.within("schemas"):
        for each in foreign(module, HTTP | SQL):
            yield module.remark(each.alias, f"a schema is plain data and knows nothing of {each.module}")


@rule("LAY009")
def every_room_has_a_place(project: Project) -> Iterator[Remark]:
    """The package has a room that no layer names."""
    known = project.heights.keys()
    strangers: dict[str, Module] = {}
    for module in project.modules:
        room = project.room_of(module.name)
        if room and room not in known:
            strangers.setdefault(room, module)
    for room, module in strangers.items():
        yield module.remark_on_file(f"`{room}` is in no layer of [tool.standards]")
