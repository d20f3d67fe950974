"""What a run can be told."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Name

CONNECTIONS = 128
POOL_SIZES = (4, 8, 16, 32)
"""Tried for the transaction per request; the best one is measured."""


@dataclass(frozen=True, slots=True)
class Options:
    """How long, and what of it."""

    rounds: int
    seconds: float
    connections: int
    only: frozenset[Name]
    json_path: Path | None
    warm_up_seconds: float
    pool_sizes: tuple[int, ...]
    strict: bool
    built_in: bool
    """Leave wrk aside."""


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; `--quick` leaves out the big world and shortens the rest."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is promised.")
    parser.add_argument("--rounds", type=positive, metavar="N", help="rounds of each subject (default: 5)")
    parser.add_argument("--seconds", type=positive, metavar="S", help="length of a round (default: 5)")
    parser.add_argument("--connections", type=positive, metavar="N", default=CONNECTIONS)
    parser.add_argument(
        "--only", nargs="+", type=Name, choices=list(Name), metavar="NAME", help=", ".join(Name)
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="default: benchmarks/results/<time>.json")
    parser.add_argument("--quick", action="store_true", help="under two minutes, without the big world")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument("--built-in", action="store_true", help="use the built-in generator, not wrk")
    given = parser.parse_args(arguments)
    names = frozenset(given.only or (set(Name) - {Name.BIG} if given.quick else Name))
    return Options(
        rounds=given.rounds or (3 if given.quick else 5),
        seconds=given.seconds or (2 if given.quick else 5),
        connections=given.connections,
        only=names,
        json_path=given.json,
        warm_up_seconds=1,
        pool_sizes=POOL_SIZES[1:3] if given.quick else POOL_SIZES,
        strict=given.strict,
        built_in=given.built_in,
    )


def positive(text: str) -> int:
    """Read a whole number above zero.

    Raises:
        ValueError: it is something else.
    """
    number = int(text)
    if number < 1:
        message = "must be at least 1"
        raise ValueError(message)
    return number
