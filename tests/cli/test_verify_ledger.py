"""`faregate verify-ledger` against ledgers that add up, and ledgers that do not."""

import asyncio
import os
import sys
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from app.core.database import create_engine, transaction
from app.main import open_resources
from tests.conftest import ROOT, migrate
from tests.factories import World

DRIFTS = [
    "UPDATE credit_accounts SET available = available + 1 WHERE organization_id = :organization_id",
    "UPDATE credit_accounts SET last_sequence = 9 WHERE organization_id = :organization_id",
    "UPDATE ledger_entries SET amount = 507, moved = 507 WHERE organization_id = :organization_id",
    "UPDATE ledger_entries SET balance_after = 1 WHERE organization_id = :organization_id",
    "UPDATE credit_accounts SET held = 1 WHERE organization_id = :organization_id",
    "UPDATE credit_grants SET remaining = 1 WHERE organization_id = :organization_id",
    "DELETE FROM ledger_entries WHERE organization_id = :organization_id",
]


@pytest.fixture(scope="module")
async def ledgers(settings, database_url):
    """A database of its own, because a planted drift is seen by whoever proves the whole ledger."""
    name = f"ledgers_{uuid4().hex}"
    url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    own = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": SecretStr(url)})}
    )
    server = create_engine(settings.database, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await asyncio.to_thread(migrate, url)
    async with open_resources(own) as resources:
        yield World(resources)
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    await server.dispose()


async def verify_ledger(world):
    """Run the command to its end: its exit code and what it said."""
    url = world.resources.settings.database.url.get_secret_value()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "verify-ledger"),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), timeout=60)
    return process.returncode, output.decode()


async def tamper(world, statement, organization_id):
    """Change what only the database's owner can change, behind the triggers' back."""
    async with transaction(world.resources.engine) as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement), {"organization_id": organization_id})


async def test_a_sound_ledger_is_proved_and_exits_with_0(ledgers):
    await ledgers.organization(credits=500)

    code, said = await verify_ledger(ledgers)

    assert (code, "every balance is proved" in said) == (0, True), said
    assert "500 credits issued, 500 available + 0 held + 0 spent + 0 expired" in said


async def test_every_planted_drift_is_found_and_exits_with_1(ledgers):
    drifting = [await ledgers.organization(credits=500) for _ in DRIFTS]
    for organization, drift in zip(drifting, DRIFTS, strict=True):
        await tamper(ledgers, drift, organization.id)

    code, said = await verify_ledger(ledgers)

    assert code == 1
    assert all(str(organization.id) in said for organization in drifting)


@pytest.mark.parametrize(
    "change",
    ["UPDATE ledger_entries SET amount = 1", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries"],
)
async def test_the_ledger_refuses_every_change(ledgers, change):
    await ledgers.organization(credits=500)

    with pytest.raises(Exception, match="ledger entries are immutable"):
        async with transaction(ledgers.resources.engine) as session:
            await session.execute(text(change))
