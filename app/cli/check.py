"""`faregate check`."""

from typing import Annotated

import typer

from standards.command_line import main


def check(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH] [OPTIONS]", help="`--help` lists them.")
    ] = None,
) -> None:
    """Hold a project to the standards: `python -m standards check`."""
    raise typer.Exit(main(["check", *(arguments or [])]))
