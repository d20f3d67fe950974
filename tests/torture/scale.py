"""Each torture is run twice: short by `make prove` or `make test`, for a minute by `make torture`."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    callers: int
    faults: int


def scales(*, short, torture, is_long=False):
    """The parameters of a test: its short form, and the one of `make torture`."""
    marks = [pytest.mark.long] if is_long else []
    return pytest.mark.parametrize(
        "scale",
        [
            pytest.param(short, id="short", marks=marks),
            pytest.param(torture, id="torture", marks=pytest.mark.torture),
        ],
    )
