"""`faregate migrate`."""

from pathlib import Path

from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from alembic import command
from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.core.database_settings import DatabaseSettings

ALEMBIC_INI = Path(__file__).parents[2] / "alembic.ini"


def migrate() -> None:
    """Bring the database up to date."""
    with database_at_hand() as settings:
        upgrade(settings.database)
        say("The database is up to date.")


def upgrade(database: DatabaseSettings) -> None:
    """Apply the migrations that are missing, all or none.

    Raises:
        CommandError: the database cannot be reached or refuses.
    """
    config = Config(str(ALEMBIC_INI))
    config.attributes["url"] = database.sqlalchemy_url
    try:
        command.upgrade(config, "head")
    except (OSError, SQLAlchemyError) as error:
        message = f"the database cannot be migrated: {first_line(error)}"
        raise CommandError(message) from None


def first_line(error: Exception) -> str:
    """What an error says, without the statement that SQLAlchemy adds."""
    return str(getattr(error, "orig", error)).strip().partition("\n")[0] or type(error).__name__
