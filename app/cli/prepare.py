"""`faregate prepare`: the part of `faregate run` that takes time, in a process beside the starting server."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.console import say
from app.cli.environment import development_folder
from app.cli.migrate import upgrade
from app.cli.new_keys import NewKeysOption
from app.cli.seed import issue_new_keys, seed
from app.core.settings import Settings

SeedOption = Annotated[bool, typer.Option("--seed", help="Fill an empty database for development.")]


def prepare(*, fill: SeedOption = False, new_keys: NewKeysOption = False) -> None:
    """Migrate the database, seed it if wished, and print what is to be shown once as JSON."""
    settings = Settings()
    upgrade(settings.database)
    credentials = seed(settings) if fill else None
    if credentials is not None and credentials.people is not None:
        development_folder().keep_people(credentials.people)
    if credentials is None and new_keys:
        credentials = issue_new_keys(settings)
    say(json.dumps(None if credentials is None else asdict(credentials)))
