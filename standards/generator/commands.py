"""`python -m standards new ...`."""

import argparse
from collections.abc import Sequence

from standards.generator.change import Change
from standards.generator.entity import new_entity
from standards.generator.house import House
from standards.generator.report import tick_for_terminal, tree
from standards.generator.writing import write

NEXT = "Next: make migrate, then make check and make test"


def run_new_entity(options: argparse.Namespace) -> int:
    """Write a new entity.

    Raises:
        CheckError: it cannot be made; nothing has been written.
    """
    house = House(options.project)
    changes = new_entity(house, options.name, options.fields, plural=options.plural)
    return finish(house, changes, options)


def finish(house: House, changes: Sequence[Change], options: argparse.Namespace) -> int:
    """Show the changes, or make and tell them.

    Raises:
        CheckError: they cannot be made; nothing has been written.
    """
    if options.dry_run:
        print("".join(change.diff() for change in changes), end="")
        return 0
    write(house.root, changes)
    print(f"{tree(changes, tick_for_terminal())}\n\n{NEXT}")
    return 0
