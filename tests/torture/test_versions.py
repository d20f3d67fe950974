"""Two versions of the application, and of the schema, at the same time: as during a migration."""

import asyncio
import subprocess

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from alembic import command
from app.adapters.embedded_postgres import EmbeddedPostgres
from app.main import open_resources
from tests.conftest import ROOT, migrate
from tests.e2e.gate_client import GateClient
from tests.e2e.servers import Server
from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.factories import World
from tests.factories.databases import own_database
from tests.torture.conftest import Shop, await_recovery
from tests.torture.node import on_database, open_node
from tests.torture.scale import Scale, scales

AHEAD = [
    "ALTER TABLE credit_accounts ADD COLUMN of_tomorrow bigint NOT NULL DEFAULT 0",
    "ALTER TABLE ledger_entries ADD COLUMN of_tomorrow text",
    "ALTER TABLE api_keys ADD COLUMN of_tomorrow jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE organizations ADD COLUMN of_tomorrow uuid",
    "CREATE INDEX of_tomorrow ON ledger_entries (created_at)",
]
BACK = [
    "DROP INDEX of_tomorrow",
    "ALTER TABLE organizations DROP COLUMN of_tomorrow",
    "ALTER TABLE api_keys DROP COLUMN of_tomorrow",
    "ALTER TABLE ledger_entries DROP COLUMN of_tomorrow",
    "ALTER TABLE credit_accounts DROP COLUMN of_tomorrow",
]


@scales(short=Scale(callers=8, faults=1), torture=Scale(callers=32, faults=20))
async def test_a_schema_that_is_one_revision_ahead_disturbs_nobody(settings, database_url, figures, scale):
    async with (
        own_database(database_url) as url,
        open_resources(on_database(settings, url)) as resources,
    ):
        world = World(resources)
        organization = await world.organization(credits=1_000_000)
        shop = Shop(world, organization, (await world.api_key(organization)).api_key)
        service = (await world.service_key()).api_key
        owner = await asyncpg.connect(url)
        async with (
            open_node(settings, service, url=url) as node,
            shop.open([node], callers=scale.callers, figures=figures) as shoppers,
        ):
            for _ in range(scale.faults):
                for change in (*AHEAD, *BACK):
                    await await_recovery(shoppers, purchases=scale.callers)
                    await owner.execute(change)
                    figures.faults["changes of the schema"] += 1
            await await_recovery(shoppers, purchases=scale.callers)
        await owner.close()

    assert not shoppers.refusals


@pytest.fixture
def version_before(tmp_path):
    """The code from before the newest migration, and the revision that it needs."""
    newest = max((ROOT / "alembic" / "versions").glob("*.py")).relative_to(ROOT)
    told = run_git("log", "--format=%H", "--diff-filter=A", "--", str(newest))
    folder = tmp_path / "before"
    run_git("worktree", "add", "--detach", str(folder), f"{told.split()[-1]}^")
    try:
        config = Config(folder / "alembic.ini")
        config.set_main_option("script_location", str(folder / "alembic"))
        yield folder, ScriptDirectory.from_config(config).get_current_head()
    finally:
        run_git("worktree", "remove", "--force", str(folder))


def run_git(*arguments):
    """What git says; this test needs the history."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.torture
async def test_the_version_before_serves_on_while_the_database_is_migrated_and_the_new_one_takes_over(
    settings, version_before, tmp_path, figures
):
    root, revision = version_before
    with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = postgres.url.replace("postgresql://", "postgresql+asyncpg://")
        await asyncio.to_thread(migrate, postgres.url)
        async with open_resources(on_database(settings, postgres.url)) as resources:
            world = World(resources)
            organization = await world.organization(credits=1_000_000)
            key = (await world.api_key(organization)).api_key
            service = (await world.service_key()).api_key
        await asyncio.to_thread(command.downgrade, config, revision)
        old = Server(settings, tmp_path, database_url=postgres.url, root=root, PYTHONPATH=str(root))
        new = Server(settings, tmp_path, database_url=postgres.url)
        shoppers = Shoppers(lambda: [GateClient(each.port, service) for each in (old, new)], key)
        try:
            old.start()
            await asyncio.to_thread(old.await_ready)
            shopping = [asyncio.create_task(shoppers.shop(number)) for number in range(16)]
            await await_recovery(shoppers, purchases=500)
            await asyncio.to_thread(command.upgrade, config, "head")
            figures.faults["migrations"] += 1
            new.start()
            await asyncio.to_thread(new.await_ready)
            await await_recovery(shoppers, purchases=500)
            old.kill()
            figures.faults["servers killed"] += 1
            await await_recovery(shoppers, purchases=500)
            shoppers.open = False
            await asyncio.gather(*shopping)
        finally:
            old.stop()
            new.stop()

        figures.add(shoppers)
        async with open_resources(on_database(settings, postgres.url)) as resources:
            await prove_every_purchase(World(resources), organization, shoppers)
        figures.drift = 0
