"""Where a new entity is made known: the files that are there already."""

import re
from collections.abc import Iterator

from libcst import matchers as m

from standards.errors import refuse
from standards.generator.edits import (
    Edit,
    Extend,
    Import,
    ImportName,
    InsertBeforeReturn,
    InsertMember,
    TellProblem,
    assignment_of,
    edited,
)
from standards.generator.house import House
from standards.generator.names import Names
from standards.generator.target import Target

SCOPES_PAGE = "docs/authentication.md"
SCOPES = {"read": "`blog_posts:read`", "write": "`blog_posts:write`"}
"""The scopes beside which new ones stand in the page about roles: of viewers, and of developers."""


def registered(house: House, names: Names, targets: list[Target]) -> dict[str, str]:
    """The files that name every entity, with this one in them.

    Raises:
        CheckError: one of them does not look as it does in Faregate.
    """
    edits = dict(edits_for(house, names))
    for target in targets:
        if target.by_organization and target.names != names:
            edits[f"app/api/v1/{target.names.table}.py"] = [TellProblem(f"delete_{target.names.snake}", 409)]
    files = {path: edited(path, house.read(path), each) for path, each in edits.items()}
    files[SCOPES_PAGE] = told_scopes(house.read(SCOPES_PAGE), names)
    return files


def edits_for(house: House, names: Names) -> Iterator[tuple[str, list[Edit]]]:
    """What is entered where."""
    yield (
        "app/models/__init__.py",
        [
            Import(f"from app.models.{names.snake} import {names.pascal}"),
            Extend("__all__", assignment_of("__all__"), f'"{names.pascal}"'),
        ],
    )
    yield (
        "app/core/scopes.py",
        [
            InsertMember(
                "Scope",
                [f'{names.constant}_{verb.upper()} = "{names.table}:{verb}"' for verb in SCOPES],
                operator_scopes(house.read("app/core/scopes.py")),
            )
        ],
    )
    yield (
        "app/api/v1/router.py",
        [
            ImportName("app.api.v1", names.table),
            Extend("list of routes", assignment_of("routes"), f"*{names.table}.router.routes"),
        ],
    )
    # What an organization has goes with it, and what refers to something goes before that.
    yield (
        "app/repositories/organization_repository.py",
        [
            ImportName("app.models", names.pascal),
            Extend(
                "`for model in (...)`",
                m.For(target=m.Name("model"), iter=m.Tuple()),
                names.pascal,
                first=True,
            ),
        ],
    )
    routes = routes_of(names)
    yield (
        "tests/architecture/test_access.py",
        [
            Extend(
                "ACCESS",
                assignment_of("ACCESS"),
                *(f'"{route}": "caller {scope}"' for route, scope in routes),
            ),
            Extend(
                "UNAUDITED",
                assignment_of("UNAUDITED"),
                *(f'"{route}"' for route, _ in routes if "GET" not in route),
            ),
        ],
    )
    returned = m.Return(value=m.Dict(elements=[m.DoNotCare(), m.ZeroOrMore()]))
    yield (
        "tests/api/test_foreign_ids.py",
        [
            Import(f"from tests.factories.{names.table} import write_{names.snake}"),
            InsertBeforeReturn(
                "make_foreign", [f"{names.snake} = await write_{names.snake}(client, stranger)"]
            ),
            Extend(
                "dictionary of ids that is returned", returned, f'"{names.snake}_id": {names.snake}["id"]'
            ),
        ],
    )


def routes_of(names: Names) -> list[tuple[str, str]]:
    """Each route, and the scope that it asks for."""
    path, read, write = f"/api/v1/{names.path}", f"{names.table}:read", f"{names.table}:write"
    one = f"{path}/{{{names.snake}_id}}"
    return [
        (f"GET {path}", read),
        (f"POST {path}", write),
        (f"GET {one}", read),
        (f"PATCH {one}", write),
        (f"DELETE {one}", write),
    ]


def operator_scopes(text: str) -> frozenset[str]:
    """The scopes that operators alone hold, which come last."""
    found = re.search(r"^OPERATOR_SCOPES = frozenset\(\s*\{(.*?)\}", text, re.MULTILINE | re.DOTALL)
    return frozenset(re.findall(r"Scope\.(\w+)", found[1])) if found else frozenset()


def told_scopes(text: str, names: Names) -> str:
    """The page about scopes, with the new ones beside those of the slice to copy.

    Raises:
        CheckError: they are not there.
    """
    for verb, known in SCOPES.items():
        row = re.search(rf"^\| .*{re.escape(known)}.*? \|", text, re.MULTILINE)
        if row is None:
            refuse(f"{SCOPES_PAGE} has no row with {known}, so nothing can be entered there")
        text = text.replace(row[0], f"{row[0].removesuffix(' |')}, `{names.table}:{verb}` |", 1)
    return text
