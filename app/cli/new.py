"""`faregate new`."""

from typing import Annotated

import typer

from standards.command_line import main


def new(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="WHAT NAME [FIELDS]", help="`--help` lists them.")
    ] = None,
) -> None:
    """Write an entity through all layers: `python -m standards new`."""
    raise typer.Exit(main(["new", *(arguments or [])]))
