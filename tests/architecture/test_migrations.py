"""Migrations: each goes up, down and up again, and together they make what the models say."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import command
from app.core.job_queue import JOB_QUEUE
from app.models import Base
from tests.conftest import TEMPLATE

ROOT = Path(__file__).parents[2]
FILE_NAME = re.compile(r"(?P<revision>\d{8}_\d{4})_[a-z0-9_]+\.py")
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).walk_revisions()))
]

CATALOG = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "storage": """
        SELECT relname, relkind::text, relpersistence::text, array_to_string(reloptions, ',')
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')""",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
MADE_BY_MODELS = ("columns", "constraints", "indexes", "storage")


class Database:
    """A database of its own, thrown away afterwards."""

    def __init__(self, url):
        self.engine = create_async_engine(url, poolclass=NullPool)
        self.config = Config(ROOT / "alembic.ini")
        self.config.attributes["url"] = url

    async def run(self, verb, *arguments, **options):
        """Run an Alembic command, in a thread because it opens an event loop of its own."""
        await asyncio.to_thread(verb, self.config, *arguments, **options)

    async def structure(self):
        """All that the catalog knows of the schema, but Alembic's own table."""
        async with self.engine.connect() as connection:
            return {
                name: {
                    tuple(row)
                    for row in await connection.execute(text(query))
                    if not str(row[0]).startswith("alembic_version")
                }
                for name, query in CATALOG.items()
            }


@pytest.fixture
async def make_database(database_url):
    """Makes empty databases next to the one all tests share."""
    server = create_async_engine(
        make_url(database_url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    names = []

    async def make_database(template="template0"):
        names.append(f"migrations_{uuid4().hex}")
        async with server.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {names[-1]} TEMPLATE {template}"))
        url = server.url.set(database=names[-1])
        return Database(url.render_as_string(hide_password=False))

    yield make_database
    async with server.connect() as connection:
        for name in names:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.dispose()


async def test_every_revision_goes_up_and_down_and_up_again(make_database):
    database = await make_database()
    after = await database.structure()

    for revision in REVISIONS:
        before = after
        await database.run(command.upgrade, revision)
        after = await database.structure()
        await database.run(command.downgrade, "-1")
        assert await database.structure() == before, f"{revision} leaves something behind"
        await database.run(command.upgrade, revision)
        assert await database.structure() == after, f"{revision} does not go up the same way twice"


async def test_all_revisions_go_down_to_nothing_and_up_again(make_database):
    database = await make_database()
    empty = await database.structure()
    await database.run(command.upgrade, "head")
    full = await database.structure()

    await database.run(command.downgrade, "base")
    assert await database.structure() == empty

    await database.run(command.upgrade, "head")
    assert await database.structure() == full


async def test_migrations_and_models_do_not_drift(make_database):
    migrated, modelled = await make_database(template=TEMPLATE), await make_database()

    async with modelled.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)

    # Alembic compares no CHECK constraints and no storage parameters: the catalog does.
    await migrated.run(command.check)
    by_migrations, by_models = await migrated.structure(), await modelled.structure()
    assert {name: by_migrations[name] for name in MADE_BY_MODELS} == {
        name: by_models[name] for name in MADE_BY_MODELS
    }


async def test_the_queue_is_as_its_library_wants_it(make_database):
    database = await make_database(template=TEMPLATE)

    connection = await asyncpg.connect(database.config.attributes["url"].replace("+asyncpg", ""))
    queries = Queries(
        AsyncpgDriver(connection), QueryBuilderEnvironment(JOB_QUEUE), QueryQueueBuilder(JOB_QUEUE)
    )
    plan = await queries.plan_upgrade()
    await connection.close()

    # A new version of the library may want its tables changed: that takes a migration of ours.
    assert list(plan.statements) == []


@pytest.fixture
async def write_revision(make_database, tmp_path):
    """Writes revisions next to ours, into a folder that is thrown away."""
    database = await make_database(template=TEMPLATE)
    database.config.set_main_option("version_locations", f"{ROOT / 'alembic' / 'versions'}:{tmp_path}")

    async def write_revision(message):
        before = set(tmp_path.iterdir())
        options = {"message": message, "autogenerate": True, "version_path": str(tmp_path)}
        await database.run(command.revision, **options)
        await database.run(command.upgrade, "head")
        (file,) = {*tmp_path.glob("*.py")} - before
        return file

    return write_revision


async def test_a_new_revision_is_named_after_its_minute(write_revision):
    file = await write_revision("create users table")

    name = FILE_NAME.fullmatch(file.name)
    assert file.name == f"{name['revision']}_create_users_table.py"
    written = datetime.strptime(name["revision"], "%Y%m%d_%H%M").replace(tzinfo=UTC)
    assert written > datetime.now(UTC) - timedelta(minutes=2)
    assert f'revision = "{name["revision"]}"' in file.read_text()


async def test_two_revisions_of_one_minute_get_two_names_in_order(write_revision):
    files = [await write_revision(message) for message in ("create a table", "create b table")]

    assert files[0].name < files[1].name


def test_every_file_is_named_after_its_revision_in_order():
    files = sorted((ROOT / "alembic" / "versions").glob("*.py"))

    names = [FILE_NAME.fullmatch(file.name) for file in files]

    assert [name and name["revision"] for name in names] == REVISIONS


def test_every_constraint_and_index_has_a_name():
    unnamed = [
        f"{table.name}: {item!r}"
        for table in Base.metadata.sorted_tables
        for item in (*table.constraints, *table.indexes)
        if item.name is None
    ]

    assert unnamed == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_imports_no_models(revision):
    (file,) = (ROOT / "alembic" / "versions").glob(f"{revision}_*.py")

    # A migration must still run when the models of its day are gone.
    assert "from app" not in file.read_text()
