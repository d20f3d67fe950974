"""What is sealed moves to the current encryption key, whole, while others work (SEC-37)."""

import asyncio
import secrets
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from app.core.database import create_engine, transaction
from app.core.secret_box import SecretBox, key_id_of
from app.models import Base, SigningKey
from app.repositories.sealed_columns import SEALED_COLUMNS, SealedColumn
from app.repositories.sealed_secret_repository import sealed_secrets_opener
from app.services.reencryption_service import Progress, ReencryptionService
from tests.factories.databases import own_database

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
BEFORE = SecretBox({1: OLD}, current_key_id=1)
BETWEEN = SecretBox({1: OLD, 2: NEW}, current_key_id=2)
AFTER = SecretBox({2: NEW}, current_key_id=2)
KEYS = SEALED_COLUMNS[0]


@pytest.fixture(scope="module")
async def engine(database_url, settings):
    async with own_database(database_url) as url:
        engine = create_engine(settings.database.model_copy(update={"url": SecretStr(url)}), pool_size=4)
        yield engine
        await engine.dispose()


@pytest.fixture
async def rows(engine):
    """25 secrets under the old key, by the ids of their rows."""
    now = datetime.now(UTC)
    made = [
        SigningKey(
            id=uuid4(),
            kid=secrets.token_hex(20),
            state="retiring",
            retires_at=now,
            sealed_private_key=BEFORE.seal(b"%d" % number, purpose=KEYS.purpose),
        )
        for number in range(25)
    ]
    async with transaction(engine) as session:
        await session.execute(text("DELETE FROM signing_keys"))
        session.add_all(made)
    return {row.id: b"%d" % number for number, row in enumerate(made)}


async def stored(engine):
    async with transaction(engine) as session:
        found = await session.execute(select(SigningKey.id, SigningKey.sealed_private_key))
        return dict(map(tuple, found))


async def run(engine, box, where=KEYS, *, batch=10):
    service = ReencryptionService(sealed_secrets_opener(engine), box, batch=batch)
    return [progress async for progress in service.reencrypt(where)]


async def test_everything_opens_under_the_new_key_alone(engine, rows):
    """SEC-37."""
    told = await run(engine, BETWEEN)

    sealed = await stored(engine)
    assert [progress.reencrypted for progress in told] == [10, 20, 25]
    assert {row_id: AFTER.open(value, purpose=KEYS.purpose) for row_id, value in sealed.items()} == rows


async def test_a_second_run_changes_nothing(engine, rows):
    await run(engine, BETWEEN)
    before = await stored(engine)

    told = await run(engine, BETWEEN)

    assert told == [Progress(0, 0)]
    assert await stored(engine) == before


async def test_what_cannot_be_read_is_counted_and_left_as_it_is(engine, rows):
    other = SecretBox({1: secrets.token_bytes(32), 2: NEW}, current_key_id=2)
    before = await stored(engine)

    told = await run(engine, other)

    assert told[-1] == Progress(reencrypted=0, unreadable=25)
    assert await stored(engine) == before


async def test_two_runs_at_once_leave_every_secret_readable(engine, rows):
    await asyncio.gather(run(engine, BETWEEN, batch=3), run(engine, BETWEEN, batch=4))

    sealed = await stored(engine)
    assert {row_id: AFTER.open(value, purpose=KEYS.purpose) for row_id, value in sealed.items()} == rows


async def test_a_secret_that_is_erased_meanwhile_stays_erased(engine, rows):
    erased = next(iter(rows))
    async with transaction(engine) as session:
        await session.execute(
            text("UPDATE signing_keys SET state = 'retired', sealed_private_key = NULL WHERE id = :id"),
            {"id": erased},
        )

    await run(engine, BETWEEN)

    assert (await stored(engine))[erased] is None


async def test_the_members_of_waiting_jobs_move_as_well(engine):
    column = next(column for column in SEALED_COLUMNS if column.table == "pgqueuer")
    payload = BEFORE.seal(b"{}", purpose="job:something")
    async with transaction(engine) as session:
        insert = """INSERT INTO pgqueuer.pgqueuer (priority, entrypoint, payload, status)
                    VALUES (0, 'something', :payload, 'queued') RETURNING id"""
        row_id = (await session.execute(text(insert), {"payload": payload})).scalar_one()

    told = await run(engine, BETWEEN, column)

    async with transaction(engine) as session:
        query = text("SELECT payload FROM pgqueuer.pgqueuer WHERE id = :id")
        moved = (await session.execute(query, {"id": row_id})).scalar_one()
    assert told[-1] == Progress(1, 0)
    assert key_id_of(moved) == 2
    assert AFTER.open(moved, purpose="job:something") == b"{}"


def test_no_sealed_column_of_a_model_is_forgotten():
    """SEC-37: a secret that is not moved would be lost with its key."""
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if "sealed" in column.name
    }

    assert named == {(column.table, column.name) for column in SEALED_COLUMNS if column.schema is None}


def test_a_purpose_names_the_kind_of_rows_that_have_one():
    assert SealedColumn("t", "c", "seed").purpose_of(None) == "seed"
    assert SealedColumn("t", "c", "job", kind="k").purpose_of("mail") == "job:mail"
