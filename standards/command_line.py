"""`python -m standards check [PATH]` and its options."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from standards.engine import check_folder, chosen
from standards.errors import CheckError
from standards.outputs import OUTPUTS
from standards.page import page_of, reference
from standards.remark import Finding
from standards.rule import RULES

CLEAN, FINDINGS, TROUBLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 when there is nothing to say, 1 with findings, 2 when nothing could be checked."""
    options = make_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CheckError as error:
        print(f"standards: {error}", file=sys.stderr)
        return TROUBLE
    except BrokenPipeError:
        return TROUBLE


def make_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="standards", description="Hold a Python backend to its standards.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say where a project departs from the standards")
    check.set_defaults(run=run_check)
    check.add_argument("path", nargs="?", type=Path, default=Path(), help="the project; else this folder")
    check.add_argument("--select", action="append", default=[], metavar="IDS", help="only these rules")
    check.add_argument("--ignore", action="append", default=[], metavar="IDS", help="not these rules")
    check.add_argument("--output", choices=sorted(OUTPUTS), default="text", help="how findings are told")
    check.add_argument("--app", metavar="MODULE:FACTORY", help="start this application, and ask it")
    check.add_argument(
        "--database", metavar="URL", help="a PostgreSQL server for --app's throw-away database"
    )
    check.add_argument("--list", action="store_true", help="name the rules")
    check.add_argument("--explain", metavar="ID", help="say what a rule wants, and why")
    add_new(commands)
    write = commands.add_parser("reference", help="print all rules as one page")
    write.set_defaults(run=run_reference)
    return parser


def add_new(commands: Any) -> None:  # noqa: ANN401 -- argparse has no public name for it
    """The commands that write."""
    new = commands.add_parser("new", help="write an entity through all layers")
    kinds = new.add_subparsers(required=True, metavar="WHAT", dest="what")
    told = "Write an entity through all layers: entity Invoice number:str:unique total:int due_on:date?"
    entity = kinds.add_parser("entity", help="write an entity", description=told)
    entity.set_defaults(run=run_new, command="run_new_entity")
    entity.add_argument("name", help="its class, in the singular: SupportTicket")
    entity.add_argument("fields", nargs="+", metavar="FIELD", help="name:type, with ? if it may be left out")
    entity.add_argument("--plural", help="its table, where English is not enough: people")
    entity.add_argument("--dry-run", action="store_true", help="show what would change, as a diff")
    entity.add_argument("--project", type=Path, default=Path(), help="the project; else this folder")


def run_new(options: argparse.Namespace) -> int:
    """Write something new; what only those need who do that is imported only now.

    Raises:
        CheckError: it cannot be made; nothing has been written.
    """
    try:
        commands = importlib.import_module("standards.generator.commands")
    except ImportError as error:
        message = f"`new` needs the tools for development, and {error.name} is not installed"
        raise CheckError(message) from error
    return int(getattr(commands, options.command)(options))


def run_check(options: argparse.Namespace) -> int:
    """Check a project, or tell of the rules."""
    select, ignore = split(options.select), split(options.ignore)
    if options.explain is not None:
        return explain(options.explain)
    if options.list:
        print("\n".join(f"{rule.id}  {page_of(rule).title}" for rule in chosen(select, ignore)))
        return CLEAN
    if options.app is not None:
        findings = check_running(options, select, ignore)
    else:
        findings = check_folder(options.path, select=select, ignore=ignore)
    told = OUTPUTS[options.output](findings, options.path)
    if told:
        print(told)
    return FINDINGS if findings else CLEAN


def check_running(
    options: argparse.Namespace, select: tuple[str, ...], ignore: tuple[str, ...]
) -> list[Finding]:
    """Ask a running application; what is needed for that is imported only now."""
    rules = chosen(select, ignore)
    live = importlib.import_module("standards.live.check")
    found: list[Finding] = live.check_application(
        options.path,
        options.app,
        database_url=options.database or os.environ.get("DATABASE_URL"),
        rules=rules,
    )
    return found


def explain(rule_id: str) -> int:
    """Print the words of a rule.

    Raises:
        CheckError: there is none of that name.
    """
    chosen((), ())
    if rule_id not in RULES:
        message = f"no rule is called {rule_id}; --list shows all"
        raise CheckError(message)
    page = page_of(RULES[rule_id])
    print(f"{page.id}: {page.title}\n\n{page.text}")
    return CLEAN


def run_reference(_options: argparse.Namespace) -> int:
    """Print all rules as one page."""
    chosen((), ())
    print(reference(), end="")
    return CLEAN


def split(ids: Sequence[str]) -> tuple[str, ...]:
    """`["LAY,NAM001", "ERR"]` as single ids."""
    return tuple(name.strip() for each in ids for name in each.split(",") if name.strip())
