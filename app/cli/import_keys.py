"""`faregate import-keys`: the keys of another system go on working here."""

import asyncio
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.trail import build_trail
from app.core.api_key_secrets import ApiKeySecrets
from app.core.database import create_engine, transaction
from app.core.exceptions import InvalidFieldError
from app.core.settings import Settings
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.membership_repository import MembershipRepository
from app.schemas.imported_key import ImportedKey
from app.services.key_import_service import KeyImport, KeyImportService

LISTS = frozenset({"scopes", "allowed_cidrs"})
"""Columns of a CSV file that hold several words, with spaces between."""


class DryRunError(Exception):
    """All went well, and nothing shall stay of it."""


def import_keys(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON lines, or .csv.")
    ],
    *,
    random_128_bits: Annotated[
        bool,
        typer.Option(
            "--random-128-bits", help="I declare that each key holds at least 128 bits of randomness."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and keep nothing.")] = False,
) -> None:
    """Take over keys by the SHA-256 of their strings: all of the file, or nothing; again does no harm.

    A bare SHA-256 protects only what cannot be guessed, so keys of less randomness must not be imported.
    """
    if not random_128_bits:
        message = "say --random-128-bits if each key holds that much randomness; others must not be imported"
        raise CommandError(message)
    keys = read_keys(file)
    with database_at_hand() as settings:
        if not settings.keys.foreign_prefixes:
            say("FAREGATE_KEYS__FOREIGN_PREFIXES is not set: no imported key is looked up before it is.")
        progress = asyncio.run(import_all(settings, keys, keep=not dry_run))
    outcome = "would be imported" if dry_run else "imported"
    say(f"{progress.imported.total()} keys {outcome}, {progress.present} were there already.")


def read_keys(file: Path) -> list[ImportedKey]:
    """Every key of the file.

    Raises:
        CommandError: a line is not a key; it is named, its content is not repeated.
    """
    keys = []
    for line, members in read_lines(file):
        try:
            keys.append(ImportedKey.model_validate(members))
        except ValidationError as error:
            problem = error.errors(include_input=False)[0]
            where = "/".join(str(part) for part in problem["loc"])
            message = f"line {line}: {where}: {problem['msg']}"
            raise CommandError(message) from None
    return keys


def read_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The members of each key, with the number of its line.

    Raises:
        CommandError: the file is not what its name says.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            if file.suffix.lower() == ".csv":
                reader = csv.DictReader(lines, strict=True)
                for row in reader:
                    yield reader.line_num, read_row(row)
            else:
                for number, text in enumerate(lines, start=1):
                    if text.strip():
                        yield number, json.loads(text)
    except (UnicodeDecodeError, csv.Error, json.JSONDecodeError):
        message = f"{file.name} is neither JSON lines nor CSV in UTF-8"
        raise CommandError(message) from None


def read_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV as members: empty ones are left out, lists are split, numbers are read."""
    members: dict[str, Any] = {name: value for name, value in row.items() if value}
    for name in LISTS & members.keys():
        members[name] = members[name].split()
    if members.get("credit_cap", "").isdecimal():
        members["credit_cap"] = int(members["credit_cap"])
    if "metadata" in members:
        members["metadata"] = json.loads(members["metadata"])
    return members


async def import_all(settings: Settings, keys: Sequence[ImportedKey], *, keep: bool) -> KeyImport:
    """Import in one transaction, and undo it if nothing is to be kept.

    Raises:
        CommandError: a key cannot be imported, so none was; or the database is not migrated.
    """
    engine = create_engine(settings.database, pool_size=2)
    progress = KeyImport()
    try:
        async with transaction(engine) as session:
            async for progress in build_import(settings, session, engine).take_over(keys):
                say(f"{progress.seen} of {len(keys)} keys ...")
            keep_or_undo(keep=keep)
    except DryRunError:
        return progress
    except InvalidFieldError as error:
        message = f"key {error.pointer}: {error.problem} Nothing was imported."
        raise CommandError(message) from None
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        await engine.dispose()
    return progress


def keep_or_undo(*, keep: bool) -> None:
    """Let the transaction commit, or not.

    Raises:
        DryRunError: nothing is to be kept.
    """
    if not keep:
        raise DryRunError


def build_import(settings: Settings, session: AsyncSession, engine: AsyncEngine) -> KeyImportService:
    """The service, wired by hand into this transaction."""
    secrets = settings.secrets
    return KeyImportService(
        ApiKeyRepository(session),
        MembershipRepository(session),
        secrets=ApiKeySecrets(secrets.peppers, current_pepper_id=secrets.api_key_pepper_id),
        resource_scopes=frozenset(settings.keys.resource_scopes),
        audit=build_trail(session, engine, command="import-keys"),
    )
