"""`faregate`: everything that is done from a terminal."""

import importlib
import sys
from collections.abc import Sequence

import typer
from pydantic import ValidationError

from app.adapters.embedded_postgres import EmbeddedPostgresError
from app.cli.console import complain
from app.cli.environment import load_environment_file
from app.cli.errors import CommandError, describe
from app.core.exceptions import AppError

COMMANDS = {
    "run": "app.cli.run",
    "serve": "app.cli.serve",
    "worker": "app.cli.worker",
    "jobs": "app.cli.jobs",
    "send-test-mail": "app.cli.send_test_mail",
    "migrate": "app.cli.migrate",
    "demo": "app.cli.demo",
    "verify-ledger": "app.cli.verify_ledger",
    "maintain": "app.cli.maintain",
    "create-user": "app.cli.users",
    "create-operator": "app.cli.users",
    "import-keys": "app.cli.import_keys",
    "generate-secrets": "app.cli.generate_secrets",
    "rotate-signing-key": "app.cli.rotate_signing_key",
    "reencrypt-secrets": "app.cli.reencrypt_secrets",
    "check-health": "app.cli.check_health",
    "check": "app.cli.check",
    "new": "app.cli.new",
    "prepare": "app.cli.prepare",
}
"""Where each command is: a function, or a group of commands, of its own name in that module."""

HIDDEN = frozenset({"prepare"})
WITH_OPTIONS_OF_ITS_OWN = frozenset({"check", "new"})
"""Whatever stands after its name is handed on as it is, `--help` included."""


def main() -> None:
    """Run the command line: what a person can mend is told in a line each, without a traceback."""
    load_environment_file()
    try:
        make_cli(sys.argv[1:])()
    except (CommandError, EmbeddedPostgresError, AppError) as error:
        complain(str(error))
    except ValidationError as error:
        complain(*describe(error))
    except KeyboardInterrupt:
        sys.exit(130)
    else:
        return
    sys.exit(1)


def make_cli(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the command that is asked for, else with all: importing all takes seconds."""
    cli = typer.Typer(
        name="faregate",
        help="The gate in front of an API: who is calling, may they, how fast, and what does it cost.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    cli.callback()(accept_any_command)
    chosen = [name for name in arguments[:1] if name in COMMANDS] or list(COMMANDS)
    for name in chosen:
        command = getattr(importlib.import_module(COMMANDS[name]), name.replace("-", "_"))
        if isinstance(command, typer.Typer):
            cli.add_typer(command, name=name)
        else:
            own = {"ignore_unknown_options": True, "help_option_names": []}
            settings = own if name in WITH_OPTIONS_OF_ITS_OWN else None
            cli.command(name, hidden=name in HIDDEN, context_settings=settings)(command)
    return cli


def accept_any_command() -> None:
    """The gate in front of an API: who is calling, may they, how fast, and what does it cost."""
