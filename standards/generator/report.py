"""What is told of a run: a tree with a tick for each file."""

import sys
from collections.abc import Sequence
from itertools import takewhile

from standards.generator.change import Change

TICK = "\N{CHECK MARK}"


def tree(changes: Sequence[Change], tick: str) -> str:
    """The files, each below its folder."""
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for change in sorted(changes, key=lambda change: change.path.split("/")):
        *folders, name = change.path.split("/")
        shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(before, folders, strict=False))))
        lines += [f"{'  ' * depth}{folders[depth]}/" for depth in range(shared, len(folders))]
        lines.append(f"{'  ' * len(folders)}{tick} {name}{'' if change.is_new else ' (edited)'}")
        before = tuple(folders)
    return "\n".join(lines)


def tick_for_terminal() -> str:
    """A tick that the terminal can show."""
    try:
        TICK.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "+"
    return TICK
