"""`faregate check`."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.adapters.embedded_postgres import EmbeddedPostgres
from standards.command_line import main


def check(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH] [OPTIONS]", help="`--help` lists them.")
    ] = None,
) -> None:
    """Hold a project to the standards: `python -m standards check`."""
    with server_at_hand(arguments or []) as server:
        raise typer.Exit(main(["check", *(arguments or []), *server]))


@contextmanager
def server_at_hand(arguments: list[str]) -> Iterator[list[str]]:
    """The option that names a PostgreSQL: one of our own where an application is to run and none is named."""
    named = any(each.startswith("--database") for each in arguments) or "DATABASE_URL" in os.environ
    if named or not any(each.startswith("--app") for each in arguments):
        yield []
        return
    with (
        tempfile.TemporaryDirectory(prefix="faregate-check-") as folder,
        EmbeddedPostgres(Path(folder)) as server,
    ):
        yield ["--database", server.url]
