"""Each torture is run twice: short by `make prove`, for a minute by `make torture`."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    callers: int
    faults: int


def scales(*, short, torture):
    """The parameters of a test: its short form, and the one of `make torture`."""
    return pytest.mark.parametrize(
        "scale",
        [
            pytest.param(short, id="short", marks=pytest.mark.long),
            pytest.param(torture, id="torture", marks=pytest.mark.torture),
        ],
    )
