"""Guesses at a password are counted in a row, and strangers cannot use up the owner's (SEC-58)."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from app.core.identifiers import new_id
from app.core.passwords import PasswordCheck
from app.core.settings import LimitSettings
from app.models import Session
from app.repositories.user_repository import StoredPassword, users_opener
from app.services.password_proof_service import FAMILIAR_FOR, PasswordProofService
from tests.factories.account import make_account

RIGHT, WRONG = PasswordCheck.RIGHT, PasswordCheck.WRONG
GUESSES = 5


class CheapHasher:
    """Compares at no cost, and counts how often."""

    def __init__(self):
        self.comparisons = 0

    async def check(self, password, stored_hash):
        self.comparisons += 1
        return RIGHT if password == stored_hash else WRONG


@pytest.fixture
def hasher():
    return CheapHasher()


@pytest.fixture
def proofs(resources, hasher):
    return PasswordProofService(
        hasher,
        resources.gate,
        users_opener(resources.engine),
        settings=LimitSettings(guesses_per_account=GUESSES),
        clock=lambda: datetime.now(UTC),
    )


def an_address() -> str:
    return f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}::1"


def a_stranger() -> str:
    return f"stranger-{secrets.token_hex(8)}@example.org"


async def sign_in_from(world, account, address, *, ago=timedelta(days=1)):
    """A session of some time ago."""
    then = datetime.now(UTC) - ago
    await world.save(
        Session(
            user_id=account.user.id,
            organization_id=account.organization.id,
            expires_at=then + timedelta(days=90),
            created_at=then,
            ip_address=address,
        )
    )


async def check(proofs, password, stored_hash, *, account, address):
    """Compare with a hash of the test's choice, knowing where the account's owner has signed in."""
    found = await proofs.find(account)
    known = [] if found is None else found.sign_in_addresses
    stored = StoredPassword(new_id(), stored_hash, is_active=True, sign_in_addresses=known)
    return await proofs.check(password, stored, account=account, address=address)


async def guess(proofs, account, *, times=GUESSES, stored="right"):
    """Wrong guesses, each from elsewhere."""
    return [await check(proofs, "wrong", stored, account=account, address=an_address()) for _ in range(times)]


async def test_a_password_is_right_until_the_guesses_are_used_up_and_wrong_after_that(proofs):
    """SEC-58: failures in a row are bounded, from however many addresses they come."""
    email = a_stranger()
    await guess(proofs, email, times=GUESSES - 1)
    assert await check(proofs, "right", "right", account=email, address=an_address()) is RIGHT

    await guess(proofs, email)

    assert await check(proofs, "right", "right", account=email, address=an_address()) is WRONG


async def test_strangers_who_used_up_their_guesses_have_not_locked_the_owner_out(proofs, world):
    """SEC-58: the address from which the owner signed in before stays open."""
    account, home = await make_account(world), an_address()
    await sign_in_from(world, account, home)
    await guess(proofs, account.email)

    assert await check(proofs, "right", "right", account=account.email, address=home) is RIGHT


async def test_another_address_of_the_owner_s_ipv6_network_is_known_as_well(proofs, world):
    account, home = await make_account(world), an_address()
    await sign_in_from(world, account, home)
    await guess(proofs, account.email)

    neighbour = home.removesuffix("1") + "abcd"
    assert await check(proofs, "right", "right", account=account.email, address=neighbour) is RIGHT


async def test_the_owner_s_success_opens_the_way_for_everybody_again(proofs, world):
    account, home = await make_account(world), an_address()
    await sign_in_from(world, account, home)
    await guess(proofs, account.email)

    await check(proofs, "right", "right", account=account.email, address=home)

    assert await check(proofs, "right", "right", account=account.email, address=an_address()) is RIGHT


async def test_known_addresses_have_a_budget_too_and_a_password_s_whole_is_below_100(proofs, world):
    """SEC-58: at most 100 failures in a row, all addresses together."""
    account, home = await make_account(world), an_address()
    await sign_in_from(world, account, home)
    for _ in range(GUESSES):
        await check(proofs, "wrong", "right", account=account.email, address=home)

    assert await check(proofs, "right", "right", account=account.email, address=home) is WRONG
    most = LimitSettings.model_fields["guesses_per_account"].metadata
    assert 2 * max(bound.le for bound in most if hasattr(bound, "le")) <= 100


async def test_an_address_of_long_ago_is_a_stranger_s_again(proofs, world):
    account, home = await make_account(world), an_address()
    await sign_in_from(world, account, home, ago=FAMILIAR_FOR + timedelta(days=1))
    await guess(proofs, account.email)

    assert await check(proofs, "right", "right", account=account.email, address=home) is WRONG


async def test_another_s_address_is_known_for_that_other_alone(proofs, world):
    account, other, home = await make_account(world), await make_account(world), an_address()
    await sign_in_from(world, other, home)
    await guess(proofs, account.email)

    assert await check(proofs, "right", "right", account=account.email, address=home) is WRONG


async def test_an_address_that_is_not_known_at_all_is_nobody_s(proofs, world):
    account = await make_account(world)
    await sign_in_from(world, account, "unknown")
    await guess(proofs, account.email)

    assert await check(proofs, "right", "right", account=account.email, address="unknown") is WRONG


async def test_a_new_password_has_all_its_guesses(proofs):
    """A reset by mail opens an account that strangers have closed."""
    email = a_stranger()
    await guess(proofs, email, stored="old")

    assert await check(proofs, "new", "new", account=email, address=an_address()) is RIGHT


async def test_guesses_at_the_same_moment_are_as_many_as_one_after_another(proofs):
    """SEC-58: taken before comparing."""
    email = a_stranger()
    tries = ["wrong"] * 20 + ["right"]

    await asyncio.gather(
        *(check(proofs, each, "other", account=email, address=an_address()) for each in tries)
    )
    later = await check(proofs, "other", "other", account=email, address=an_address())

    assert later is WRONG


async def test_whoever_asks_the_same_work_is_done(proofs, hasher, world):
    """SEC-06: unknown, known, and without a guess left, there is one comparison."""
    account = await make_account(world)
    for email, stored in ((account.email, "right"), (a_stranger(), None)):
        hasher.comparisons = 0
        await guess(proofs, email, times=GUESSES + 2, stored=stored)

        assert hasher.comparisons == GUESSES + 2


async def test_no_bucket_tells_an_address_or_a_hash(resources, hasher):
    class Recorder:
        def __init__(self):
            self.subjects = []

        async def take(self, *demands):
            self.subjects += [demand.subject for demand in demands]
            return []

        async def refill(self, *buckets):
            self.subjects += [subject for subject, _ in buckets]

    recorder = Recorder()
    proofs = PasswordProofService(
        hasher,
        recorder,
        users_opener(resources.engine),
        settings=LimitSettings(),
        clock=lambda: datetime.now(UTC),
    )

    await check(proofs, "hash", "hash", account="owner@example.org", address="192.0.2.1")

    assert len(recorder.subjects) == 3
    assert not any("owner" in subject or "hash" in subject for subject in recorder.subjects)
