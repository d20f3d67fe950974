"""The limits of signing in: who is counted, how exactly, and that a refusal counts nothing (SEC-56)."""

import secrets
from ipaddress import IPv6Address

import pytest

from app.core.auth_action import AuthAction
from app.core.exceptions import RateLimitedError
from app.core.settings import LimitSettings
from app.services.auth_limits import ACCOUNT_LIMITS, AuthLimits


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
        return AuthLimits(resources.gate, LimitSettings(**{**roomy, **quotas}), actions=AuthAction)

    return make


async def take_login(limits: AuthLimits, email: str, address: str) -> None:
    await limits.take(AuthAction.LOGIN, account=email, address=address)


async def count_until_refused(attempt) -> tuple[int, RateLimitedError]:
    for number in range(100):
        try:
            await attempt()
        except RateLimitedError as error:
            return number, error
    raise AssertionError


async def test_five_logins_a_minute_per_account_and_address(make_limits):
    limits, email, address = make_limits(), an_email(), a_new_address()

    passed, error = await count_until_refused(lambda: take_login(limits, email, address))

    assert passed == 5
    assert error.members["limit"] == "login"


async def test_an_account_has_its_five_from_every_address_so_nobody_can_lock_it(make_limits):
    """SEC-58: a stranger elsewhere does not lock the owner out."""
    limits, email, stranger = make_limits(), an_email(), a_new_address()
    await count_until_refused(lambda: take_login(limits, email, stranger))

    await take_login(limits, email, a_new_address())


async def test_thirty_attempts_a_minute_per_address_whatever_the_accounts(make_limits):
    limits, address = make_limits(auth_per_address=30), a_new_address()

    passed, error = await count_until_refused(lambda: take_login(limits, an_email(), address))

    assert passed == 30
    assert error.members["limit"] == "auth"


async def test_logins_and_refreshes_fill_the_same_bucket_of_an_address(make_limits):
    limits, address = make_limits(auth_per_address=4), a_new_address()
    for _ in range(2):
        await take_login(limits, an_email(), address)

    passed, _ = await count_until_refused(
        lambda: limits.take(AuthAction.REFRESH, account=None, address=address)
    )

    assert passed == 2


async def test_walking_through_an_ipv6_network_escapes_no_limit(make_limits):
    limits, email = make_limits(), an_email()
    prefix = f"2001:db8:{secrets.randbits(16):x}:{secrets.randbits(16):x}"
    addresses = iter(f"{prefix}::{number:x}" for number in range(1, 100))

    passed, _ = await count_until_refused(lambda: take_login(limits, email, next(addresses)))

    assert passed == 5


async def test_an_attempt_that_one_limit_refuses_counts_in_no_other(make_limits):
    limits, address = make_limits(auth_per_address=8), a_new_address()
    email = an_email()
    await count_until_refused(lambda: take_login(limits, email, address))
    for _ in range(10):
        with pytest.raises(RateLimitedError):
            await take_login(limits, email, address)

    passed, _ = await count_until_refused(lambda: take_login(limits, an_email(), address))

    assert passed == 3


@pytest.mark.parametrize("action", AuthAction)
async def test_every_action_is_limited_for_the_address_and_for_everybody(recorder, action):
    """SEC-56."""
    await AuthLimits(recorder, LimitSettings(), actions=AuthAction).take(
        action, account="owner@example.org", address="192.0.2.1"
    )

    asked = [(each.subject, each.quota.name, each.quota.quota) for each in recorder.demands[0]]
    assert ("ip:192.0.2.1", "auth", 30) in asked
    assert (f"all:{action}", "auth_global", 600) in asked


@pytest.mark.parametrize("action", ACCOUNT_LIMITS)
async def test_what_is_done_to_an_account_is_limited_for_it_exactly(make_limits, action):
    """SEC-56: every limit that is declared really refuses."""
    limits, email, address = make_limits(), an_email(), a_new_address()

    passed, error = await count_until_refused(lambda: limits.take(action, account=email, address=address))

    assert passed == quota_of(action)
    assert error.members["limit"] == ACCOUNT_LIMITS[action].name


@pytest.mark.parametrize(
    "action", [action for action, limit in ACCOUNT_LIMITS.items() if limit.shared_by_addresses]
)
async def test_a_code_or_a_mailbox_has_one_limit_for_all_addresses(make_limits, action):
    limits, email = make_limits(), an_email()

    passed, _ = await count_until_refused(lambda: limits.take(action, account=email, address=a_new_address()))

    assert passed == quota_of(action)


def quota_of(action: AuthAction) -> int:
    """What the settings say, left to their defaults."""
    return 30 if action is AuthAction.SEND_INVITATIONS else 5


async def test_a_password_tried_to_reauthenticate_counts_as_one_tried_to_sign_in(make_limits):
    limits, email, address = make_limits(), an_email(), a_new_address()
    for _ in range(3):
        await limits.take(AuthAction.REAUTHENTICATE, account=email, address=address)

    passed, _ = await count_until_refused(lambda: take_login(limits, email, address))

    assert passed == 2


async def test_one_kind_of_mail_used_up_stops_no_other(make_limits):
    """SEC-58: who keeps signing up with another's address does not keep its owner from a reset."""
    limits, email = make_limits(), an_email()
    await count_until_refused(lambda: limits.take(AuthAction.SIGN_UP, account=email, address=a_new_address()))

    await limits.take(AuthAction.FORGOT_PASSWORD, account=email, address=a_new_address())


async def test_no_bucket_is_named_after_an_address_in_clear(recorder):
    await take_login(
        AuthLimits(recorder, LimitSettings(), actions=AuthAction), "owner@example.org", "192.0.2.1"
    )

    subjects = [demand.subject for demand in recorder.demands[0]]
    assert all("owner" not in subject and len(subject) <= 320 for subject in subjects)


async def test_what_a_route_does_not_declare_is_refused_not_counted(recorder):
    limits = AuthLimits(recorder, LimitSettings(), actions={AuthAction.REFRESH})

    with pytest.raises(RuntimeError, match="which the route does not declare"):
        await limits.take(AuthAction.LOGIN, account="owner@example.org", address="192.0.2.1")
    assert recorder.demands == []


async def test_an_attempt_that_is_two_actions_counts_for_both_or_for_neither(make_limits):
    """B of the traps: a refused call that consumes other limits."""
    limits, address = (
        make_limits(invitations_per_member_hourly=2, mails_per_account_hourly=1),
        a_new_address(),
    )
    inviter, invited = an_email(), an_email()
    to_invite = {AuthAction.SEND_INVITATIONS: inviter, AuthAction.INVITE: invited}
    await limits.take_together(to_invite, address=address)
    for _ in range(5):
        with pytest.raises(RateLimitedError, match="mails"):
            await limits.take_together(to_invite, address=address)

    await limits.take_together({**to_invite, AuthAction.INVITE: an_email()}, address=address)
