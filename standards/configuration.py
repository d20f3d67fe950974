"""`[tool.standards]` of pyproject.toml: how a project is laid out, and which rules it wants."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from standards.errors import CheckError


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The defaults are the standards' own layout; paths are relative to the project or to its package."""

    package: str = "app"
    tests: str = "tests"
    migrations: str = "alembic/versions"
    layers: tuple[str, ...] = (
        "main | cli",
        "api",
        "middleware | services",
        "repositories | adapters",
        "models",
        "schemas",
        "core | db",
        "utils",
    )
    """From the top; rooms of one line know nothing of each other."""
    controllers: tuple[str, ...] = ("api/v1",)
    database: tuple[str, ...] = ("core/database.py", "db/session.py")
    """Where engines and sessions are made, and where the unit of work commits."""
    problems: tuple[str, ...] = ("api/problems.py", "core/exception_handlers.py")
    """Where errors become HTTP answers."""
    composition: tuple[str, ...] = ("main.py", "cli")
    """Where settings are read."""
    credential_readers: tuple[str, ...] = ("api/dependencies", "api/deps.py")
    """Where the headers that carry credentials are read."""
    address_readers: tuple[str, ...] = ("core/client_address.py", "middleware/envelope.py")
    """Where forwarded addresses are read, from proxies that are trusted."""
    access_declarations: tuple[str, ...] = ("api/access.py",)
    """Modules whose words, in a route's `dependencies`, say who may call it."""
    access_parameters: tuple[str, ...] = ("principal", "caller", "user", "auth", "security", "api_key")
    """Words in the name of a dependency that say that a route knows its caller."""
    entry_points: tuple[str, ...] = ("api/v1", "services", "repositories", "adapters", "core", "utils")
    """Rooms whose modules have a test of their own."""
    twin_exceptions: tuple[str, ...] = ()
    """Modules that other tests prove."""
    function_lines_max: int = 40
    file_lines_max: int = 300
    controller_statements_max: int = 8
    argon2_memory_kib_min: int = 19_456
    argon2_iterations_min: int = 2
    access_extension: str = "x-access"
    """The member of an OpenAPI operation that says its `credentials` and `limits`."""
    public_routes: tuple[str, ...] = ()
    """Routes that are open although nothing in the document says so: `GET /docs`."""
    caller: str = ""
    """`module:function`, awaited with the running application: headers of somebody who may do everything."""
    environment: tuple[str, ...] = ()
    """`NAME=value` for the running application; `{database}` and `{random}` are filled in."""
    limit_attempts_max: int = 200
    security_headers: tuple[str, ...] = (
        "content-security-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
    )
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def read_configuration(root: Path) -> Configuration:
    """What the project's pyproject.toml says; the defaults where it says nothing.

    Raises:
        CheckError: it says what nobody understands.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return Configuration()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("standards", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file}: {error}"
        raise CheckError(message) from error
    return configuration_of(table)


def configuration_of(table: dict[str, Any]) -> Configuration:
    """A configuration from names as TOML spells them.

    Raises:
        CheckError: a name is unknown, or its value is of another kind.
    """
    kinds = {field.name: type(field.default) for field in fields(Configuration)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in kinds:
            message = f"[tool.standards] knows no {key}; it knows {', '.join(sorted(spelled(kinds)))}"
            raise CheckError(message)
        given = tuple(value) if isinstance(value, list) else value
        if type(given) is not kinds[name]:
            message = f"[tool.standards] {key} must be {WORDS[kinds[name]]}"
            raise CheckError(message)
        values[name] = given
    return Configuration(**values)


WORDS = {str: "a string", int: "a whole number", tuple: "a list of strings"}


def spelled(names: dict[str, type]) -> list[str]:
    """Names as TOML spells them."""
    return [name.replace("_", "-") for name in names]
