"""The commands: what each does and takes, from the parsers that read them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from app.cli.main import WITH_OPTIONS_OF_ITS_OWN, make_cli
from manual.markdown import code, codes, page, table
from standards.command_line import make_parser

HEADS = ("Takes", "Means")
TOLD = (
    "Every command of `faregate`. Each knows `--help`; each reads [the environment](settings.md), and a file "
    "`.env` in the current folder. A command that fails ends with 1 and says why in a line each."
)
PARSERS = {"check": make_parser, "new": make_parser}
"""Who reads the options of the commands that Typer hands on unread."""


def command_page() -> str:
    """Every command that is not hidden."""
    parts = [section(name, command) for name, command in commands().items() if not command.hidden]
    return page("Commands", TOLD, *parts)


def commands() -> Mapping[str, Any]:
    """The commands by their names.

    Raises:
        TypeError: the command line is no group of commands.
    """
    group = get_command(make_cli([]))
    if not isinstance(group, TyperGroup):
        raise TypeError(group)
    return group.commands


def section(name: str, command: Any) -> str:  # noqa: ANN401 -- Typer's own kinds of commands are private
    """One command, with those below it."""
    if isinstance(command, TyperGroup):
        below = [section(f"{name} {each}", inner) for each, inner in command.commands.items()]
        return "\n".join([f"## faregate {name}\n", f"{told(command)}\n", *below])
    rows = list(own_rows(name) if name in WITH_OPTIONS_OF_ITS_OWN else rows_of(command))
    level = "###" if " " in name else "##"
    return "\n".join(
        [f"{level} faregate {name}\n", f"{told(command)}\n", *([table(HEADS, rows)] if rows else [])]
    )


def told(command: TyperCommand | TyperGroup) -> str:
    """What a command says of itself."""
    return (command.help or "").strip()


def rows_of(command: TyperCommand) -> Iterator[Sequence[str]]:
    """What a command takes."""
    for each in command.params:
        if isinstance(each, TyperOption):
            yield codes([*each.opts, *each.secondary_opts]), each.help or ""
        elif isinstance(each, TyperArgument):
            yield code(each.metavar or (each.name or "").upper()), each.help or ""


def own_rows(name: str) -> Iterator[Sequence[str]]:
    """What a command takes that has a parser of its own."""
    # argparse knows no public way to be asked what it parses.
    (below,) = [each for each in PARSERS[name]()._actions if each.choices]  # noqa: SLF001
    for action in below.choices[name]._actions:  # type: ignore[index]  # noqa: SLF001
        if action.dest == "what":
            yield from ((code(word), inner.description) for word, inner in action.choices.items())
        elif action.dest != "help":
            yield codes(action.option_strings or [action.dest.upper()]), action.help or ""
