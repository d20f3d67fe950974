"""The limits of signing in: who is counted, how exactly, and that a refusal counts nothing (SEC-56)."""

import secrets
from ipaddress import IPv6Address

import pytest

from app.core.exceptions import RateLimitedError
from app.core.settings import LimitSettings
from app.services.auth_limits import AuthLimits


class RecordingLimiter:
    """Lets everything pass and keeps what was asked."""

    def __init__(self) -> None:
        self.demands = []

    async def take(self, *demands):
        self.demands.append(demands)
        return []


@pytest.fixture
def recorder():
    return RecordingLimiter()


def a_new_address() -> str:
    return str(IPv6Address((0x20010DB8 << 96) | (secrets.randbits(32) << 64) | secrets.randbits(64)))


def an_email() -> str:
    return f"{secrets.token_hex(8)}@example.org"


@pytest.fixture
def make_limits(resources):
    def make(**quotas) -> AuthLimits:
        roomy = {"auth_per_address": 1_000_000, "auth_global": 1_000_000}
        return AuthLimits(resources.gate, LimitSettings(**{**roomy, **quotas}))

    return make


async def count_until_refused(attempt) -> tuple[int, RateLimitedError]:
    for number in range(100):
        try:
            await attempt()
        except RateLimitedError as error:
            return number, error
    raise AssertionError


async def test_five_logins_a_minute_per_account_and_address(make_limits):
    limits, email, address = make_limits(), an_email(), a_new_address()

    passed, error = await count_until_refused(lambda: limits.take_login(email, address))

    assert passed == 5
    assert error.members["limit"] == "login"


async def test_an_account_has_its_five_from_every_address_so_nobody_can_lock_it(make_limits):
    """SEC-58: a stranger elsewhere does not lock the owner out."""
    limits, email, stranger = make_limits(), an_email(), a_new_address()
    await count_until_refused(lambda: limits.take_login(email, stranger))

    await limits.take_login(email, a_new_address())


async def test_thirty_attempts_a_minute_per_address_whatever_the_accounts(make_limits):
    limits, address = make_limits(auth_per_address=30), a_new_address()

    passed, error = await count_until_refused(lambda: limits.take_login(an_email(), address))

    assert passed == 30
    assert error.members["limit"] == "auth"


async def test_logins_and_refreshes_fill_the_same_bucket_of_an_address(make_limits):
    limits, address = make_limits(auth_per_address=4), a_new_address()
    for _ in range(2):
        await limits.take_login(an_email(), address)

    passed, _ = await count_until_refused(lambda: limits.take_refresh(address))

    assert passed == 2


async def test_walking_through_an_ipv6_network_escapes_no_limit(make_limits):
    limits, email = make_limits(), an_email()
    prefix = f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}"
    addresses = iter(f"{prefix}::{number:x}" for number in range(1, 100))

    passed, _ = await count_until_refused(lambda: limits.take_login(email, next(addresses)))

    assert passed == 5


async def test_an_attempt_that_one_limit_refuses_counts_in_no_other(make_limits):
    limits, address = make_limits(auth_per_address=8), a_new_address()
    email = an_email()
    await count_until_refused(lambda: limits.take_login(email, address))
    for _ in range(10):
        with pytest.raises(RateLimitedError):
            await limits.take_login(email, address)

    passed, _ = await count_until_refused(lambda: limits.take_login(an_email(), address))

    assert passed == 3


async def test_everybody_together_has_the_global_limit(recorder):
    limits = AuthLimits(recorder, LimitSettings())

    await limits.take_login("owner@example.org", "192.0.2.1")
    await limits.take_refresh("198.51.100.9")

    asked = [demand for demands in recorder.demands for demand in demands]
    shared = [(demand.subject, demand.quota.name, demand.quota.quota) for demand in asked]
    assert shared.count(("all", "auth_global", 600)) == 2


async def test_no_bucket_is_named_after_an_address_in_clear(recorder):
    await AuthLimits(recorder, LimitSettings()).take_login("owner@example.org", "192.0.2.1")

    subjects = [demand.subject for demand in recorder.demands[0]]
    assert all("owner" not in subject and len(subject) <= 320 for subject in subjects)
