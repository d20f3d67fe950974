"""Commands change the environment of their process; here that is this one's."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest


@pytest.fixture(autouse=True)
def _environment_of_its_own() -> Iterator[None]:
    """Take back what a command has set."""
    with patch.dict(os.environ):
        yield
