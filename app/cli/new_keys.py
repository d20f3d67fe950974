"""The option that `run` and `prepare` share."""

from typing import Annotated

import typer

NewKeysOption = Annotated[
    bool, typer.Option("--new-keys", help="Issue a new customer key and a new service key, and show them.")
]
