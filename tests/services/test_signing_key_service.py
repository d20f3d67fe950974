"""Signing keys: next, current, retiring, retired; rotated without signing anybody out (SEC-27)."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from app.core.access_tokens import AccessTokens
from app.core.audit import Occasion
from app.core.database import create_engine, transaction
from app.core.exceptions import NotReadyError
from app.core.secret_box import SecretBox, UnreadableSecretError
from app.models import SigningKey
from app.repositories.audit_event_repository import audit_events_opener
from app.repositories.signing_key_repository import signing_keys_opener
from app.services.audit_service import auditor
from app.services.signing_key_service import PROPAGATION, PUBLICATION, SigningKeyService
from tests.factories.databases import own_database

BOX = SecretBox({1: secrets.token_bytes(32)}, current_key_id=1)
LIFETIME = timedelta(minutes=10)
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def advance(self, duration):
        self.now += duration


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
async def engine(database_url, settings):
    """A database of this module's own, because everybody in one shares its keys."""
    async with own_database(database_url) as url:
        engine = create_engine(settings.database.model_copy(update={"url": SecretStr(url)}), pool_size=8)
        yield engine
        await engine.dispose()


@pytest.fixture
async def make_service(engine, clock):
    """Services as several processes have them, on a table without keys."""
    async with transaction(engine) as session:
        await session.execute(text("DELETE FROM signing_keys"))

    def make(*, box=BOX):
        return SigningKeyService(
            signing_keys_opener(engine),
            audit_in=auditor(audit_events_opener(engine), Occasion()),
            secret_box=box,
            lifetime=LIFETIME,
            clock=clock,
        )

    return make


@pytest.fixture
def service(make_service):
    return make_service()


async def states(engine):
    async with transaction(engine) as session:
        rows = await session.execute(select(SigningKey.kid, SigningKey.state))
        return {kid: str(state) for kid, state in rows}


def make_tokens(keys):
    return AccessTokens(keys, issuer="faregate", audience="faregate", lifetime_seconds=600)


async def test_the_first_process_makes_the_key_that_signs_and_the_next_one(service, engine):
    keys = await service.load()

    assert sorted((await states(engine)).values()) == ["current", "next"]
    assert (await states(engine))[keys.kids[0]] == "current"
    assert len(keys.kids) == 2


async def test_processes_that_start_at_the_same_moment_share_the_same_keys(make_service):
    loaded = await asyncio.gather(*(make_service().load() for _ in range(8)))

    assert len({tuple(keys.kids) for keys in loaded}) == 1


async def test_a_rotation_promotes_the_published_key_and_publishes_another(service, engine, clock):
    """SEC-27."""
    before = await service.load()
    clock.advance(PUBLICATION)

    rotation = await service.rotate()

    after = await service.load()
    assert rotation.promoted == before.kids[1] == after.kids[0]
    assert len(after.kids) == 3
    assert (await states(engine))[before.kids[0]] == "retiring"


async def test_a_key_that_others_may_not_know_yet_is_not_promoted(service, clock):
    before = await service.load()
    clock.advance(PUBLICATION - timedelta(seconds=1))

    rotation = await service.rotate()

    assert (rotation.promoted, rotation.rotated_at) == (None, START)
    assert rotation.wait == timedelta(seconds=1)
    assert (await service.load()).kids == before.kids


async def test_a_rotation_that_comes_twice_rotates_once(service, clock):
    await service.load()
    clock.advance(PUBLICATION)
    first = await service.rotate()
    after = await service.load()
    clock.advance(timedelta(seconds=30))

    second = await service.rotate()

    assert (second.promoted, second.rotated_at) == (None, first.rotated_at)
    assert (await service.load()).kids == after.kids


async def test_of_rotations_at_the_same_moment_one_rotates(make_service, clock):
    await make_service().load()
    clock.advance(PUBLICATION)

    rotations = await asyncio.gather(*(make_service().rotate() for _ in range(8)))

    assert sum(rotation.promoted is not None for rotation in rotations) == 1


async def test_nobody_is_signed_out_by_a_rotation(service, clock):
    """SEC-27: neither who holds a token of before, nor whoever asks a process that has not noticed yet."""
    await service.load()
    clock.advance(PUBLICATION)
    unaware = make_tokens(await service.load())
    old = unaware.issue(uuid4(), uuid4(), clock.now)

    await service.rotate()

    aware = make_tokens(await service.load())
    new = aware.issue(uuid4(), uuid4(), clock.now)
    assert aware.verify(old, clock.now) is not None
    assert unaware.verify(new, clock.now) is not None
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert make_tokens(await service.load()).verify(old, clock.now) is not None


async def test_a_key_whose_last_token_has_expired_verifies_nothing_and_is_erased(service, engine, clock):
    """SEC-27: a removed key fails."""
    old = (await service.load()).current
    clock.advance(PUBLICATION)
    await service.rotate()
    clock.advance(LIFETIME + PROPAGATION)
    tokens = make_tokens(await service.load())
    forged = AccessTokens(
        type(await service.load())(old), issuer="faregate", audience="faregate", lifetime_seconds=600
    ).issue(uuid4(), uuid4(), clock.now)

    await service.rotate()

    assert tokens.verify(forged, clock.now) is None
    assert old.thumbprint() not in (await service.load()).kids
    async with transaction(engine) as session:
        row = await session.scalar(select(SigningKey).where(SigningKey.kid == old.thumbprint()))
    assert (row.state, row.sealed_private_key) == ("retired", None)


async def test_after_a_compromise_the_old_keys_end_at_once(service, clock):
    """SEC-27."""
    tokens = make_tokens(await service.load())
    stolen = tokens.issue(uuid4(), uuid4(), clock.now)
    clock.advance(PROPAGATION)
    await service.rotate(published_for=PROPAGATION)

    ended = await service.end_retiring()

    tokens.use(await service.load())
    assert ended == 1
    assert tokens.verify(stolen, clock.now) is None


async def test_tokens_that_were_verified_before_are_not_remembered_past_their_key(service, clock):
    tokens = make_tokens(await service.load())
    token = tokens.issue(uuid4(), uuid4(), clock.now)
    assert tokens.verify(token, clock.now) is not None
    clock.advance(PROPAGATION)
    await service.rotate(published_for=PROPAGATION)
    await service.end_retiring()

    tokens.use(await service.load())

    assert tokens.verify(token, clock.now) is None


async def test_what_is_published_of_every_key_has_no_private_member(service, clock):
    """SEC-27."""
    await service.load()
    clock.advance(PUBLICATION)
    await service.rotate()

    published = make_tokens(await service.load()).jwks()["keys"]

    assert len(published) == 3
    assert {frozenset(key) for key in published} == {frozenset({"kty", "crv", "x", "y", "kid", "alg", "use"})}


async def test_no_private_key_is_in_the_database_in_clear(service, engine):
    """SEC-37."""
    keys = await service.load()

    async with transaction(engine) as session:
        stored = await session.execute(
            text("SELECT signing_keys::text, sealed_private_key FROM signing_keys")
        )
    dump = "".join(f"{row[0]}{row[1]!r}" for row in stored)
    assert "PRIVATE" not in dump
    assert all(key.as_dict(private=True)["d"] not in dump for key in keys.all)


async def test_who_can_write_to_the_table_cannot_add_a_key_or_swap_two(service, make_service, engine):
    await service.load()
    other = SecretBox({1: secrets.token_bytes(32)}, current_key_id=1)
    async with transaction(engine) as session:
        await session.execute(
            update(SigningKey).values(sealed_private_key=other.seal(b"mine", purpose="signing_key"))
        )

    with pytest.raises(UnreadableSecretError):
        await make_service().load()


async def test_a_key_under_the_name_of_another_is_refused(service, make_service, engine):
    keys = await service.load()
    async with transaction(engine) as session:
        rows = list(await session.scalars(select(SigningKey)))
        first, second = rows[0].sealed_private_key, rows[1].sealed_private_key
        rows[0].sealed_private_key, rows[1].sealed_private_key = second, first

    with pytest.raises(UnreadableSecretError, match=keys.kids[0][:10] + "|another"):
        await make_service().load()


async def test_the_database_holds_one_current_key_and_one_next(service, engine):
    await service.load()

    with pytest.raises(IntegrityError):
        async with transaction(engine) as session:
            session.add(SigningKey(kid="k" * 43, state="current", sealed_private_key=b"x"))


async def test_a_database_without_tables_is_not_ready(database_url, settings, clock):
    async with own_database(database_url, migrated=False) as url:
        engine = create_engine(settings.database.model_copy(update={"url": SecretStr(url)}), pool_size=1)
        service = SigningKeyService(
            signing_keys_opener(engine),
            audit_in=auditor(audit_events_opener(engine), Occasion()),
            secret_box=BOX,
            lifetime=LIFETIME,
            clock=clock,
        )

        with pytest.raises(NotReadyError):
            await service.load()
        await engine.dispose()
