"""Starting an application on a throw-away database, and proving what it promises."""

import asyncio
import base64
import importlib
import inspect
import os
import secrets
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from standards.configuration import Configuration, read_configuration
from standards.errors import CheckError
from standards.live.asgi import started
from standards.live.database import throw_away_database
from standards.live.migrations import migrations_go_both_ways
from standards.live.operations import operations_of
from standards.live.proofs import PROOFS
from standards.live.stage import Stage
from standards.remark import Finding
from standards.rule import Rule

MIGRATIONS = "LIV005"


def check_application(
    root: Path, name: str, *, database_url: str | None, rules: Iterable[Rule]
) -> list[Finding]:
    """All findings of the live rules about the application `module:factory`.

    Raises:
        CheckError: it cannot be started.
    """
    return asyncio.run(
        check_live(root.resolve(), name, database_url=database_url, ids={rule.id for rule in rules})
    )


async def check_live(root: Path, name: str, *, database_url: str | None, ids: set[str]) -> list[Finding]:
    """The same, within an event loop."""
    configuration = read_configuration(root)
    sys.path.insert(0, str(root))
    findings = []
    async with a_database(database_url) as url:
        set_environment(configuration, url)
        if url is not None and (root / "alembic.ini").is_file():
            wrong = await migrations_go_both_ways(root)
            if wrong is not None:
                findings.append(Finding(wrong, MIGRATIONS))
        app = make_application(name)
        async with started(app):
            findings += await proved(await stage_of(app, root, configuration), ids)
    return sorted(finding for finding in findings if finding.rule_id in ids)


async def proved(stage: Stage, ids: set[str]) -> list[Finding]:
    """The findings of the proofs that are asked for."""
    return [
        Finding(remark, rule_id)
        for rule_id, proof in PROOFS.items()
        if rule_id in ids
        async for remark in proof(stage)
    ]


async def stage_of(app: FastAPI, root: Path, configuration: Configuration) -> Stage:
    """What asks a running application."""
    operations = list(
        operations_of(app, root, extension=configuration.access_extension, public=configuration.public_routes)
    )
    caller: Mapping[str, str] | None = None
    if configuration.caller:
        caller = await loaded(configuration.caller)(app)
    return Stage(app, operations, configuration, caller=caller)


@asynccontextmanager
async def a_database(server_url: str | None) -> AsyncIterator[str | None]:
    """A throw-away database, if there is a server."""
    if server_url is None:
        yield None
        return
    async with throw_away_database(server_url) as url:
        yield url


def set_environment(configuration: Configuration, url: str | None) -> None:
    """Set the variables that the application reads: `{database}` and `{random}` are filled in."""
    for line in configuration.environment:
        variable, _, value = line.partition("=")
        fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        os.environ[variable] = value.replace("{database}", url or "").replace("{random}", fresh)


def make_application(name: str) -> FastAPI:
    """The application that a factory makes, or that a module has.

    Raises:
        CheckError: there is none of that name.
    """
    found = loaded(name)
    try:
        app = found() if inspect.isfunction(found) else found
    except Exception as error:
        message = f"{name} makes no application: {error}"
        raise CheckError(message) from error
    if not isinstance(app, FastAPI):
        message = f"{name} is no FastAPI application, and makes none"
        raise CheckError(message)
    return app


def loaded(name: str) -> Any:  # noqa: ANN401 -- whatever is there
    """What `module:attribute` names.

    Raises:
        CheckError: nothing.
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"{name}: {error}"
        raise CheckError(message) from error
