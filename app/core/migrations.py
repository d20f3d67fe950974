"""The migrations that this version of the code comes with."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

CONFIGURATION = Path(__file__).parents[2] / "alembic.ini"


@cache
def needed_revisions() -> frozenset[str]:
    """The revisions a database must be at to be used by this code."""
    scripts = ScriptDirectory.from_config(Config(str(CONFIGURATION)))
    return frozenset(scripts.get_heads())
