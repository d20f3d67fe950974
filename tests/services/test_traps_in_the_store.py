"""Known traps of limiters and ledgers, each shown on PostgreSQL and not only in the figures."""

import secrets

import pytest
from sqlalchemy import update

from app.core import api_key_secrets
from app.core.admission import AdmissionCall, AdmissionRequest, LimitDemand, LimitUse
from app.core.database import transaction
from app.core.exceptions import RateLimitedError
from app.core.gcra import MICROSECONDS, Quota
from app.models import PlanLimit, RateLimitState
from tests.factories.gate import admit_all, call

MINUTE, HOUR, MONTH = 60, 3_600, 2_678_400


def demand(subject=None, weight=1, name="test", *, quota, period_seconds=HOUR, burst=None):
    """A limit with the bucket of somebody whom no other test knows."""
    subject = subject or f"test:{secrets.token_hex(8)}"
    return LimitDemand(subject, Quota(name, quota, period_seconds, burst or quota), weight)


async def refuse(gate, each):
    """The refusal that this demand meets."""
    with pytest.raises(RateLimitedError) as refused:
        await gate.take(each)
    return refused.value


@pytest.fixture
async def limited(world):
    """A key with ten credits on a plan: one an hour, five a day."""
    plan = await world.plan(hour=(1, HOUR), day=(5, 24 * HOUR))
    return await world.api_key(await world.organization(plan=plan, credits=10))


@pytest.mark.parametrize(
    ("quota", "period_seconds"),
    [(1, 1), (1, MONTH), (3, 1), (7, HOUR), (999_983, 1), (1_000_000, 1), (1_000_000, MONTH)],
    ids=["1/s", "1/month", "3/s", "7/h", "999983/s", "1000000/s", "1000000/month"],
)
async def test_the_first_call_ever_passes_and_takes_the_whole_burst(resources, quota, period_seconds):
    """Trap B: float rounding denies a first-ever request."""
    (take,) = await resources.gate.take(demand(weight=quota, quota=quota, period_seconds=period_seconds))

    assert (take.exceeded, take.remaining) == (False, 0)


async def test_a_rate_of_many_thousands_a_second_is_limited(resources):
    """Trap B: a state TTL truncated to 0 so that high rates are not limited at all."""
    whole = demand(weight=1_000_000, quota=1_000_000, period_seconds=MINUTE)
    await resources.gate.take(whole)

    refusal = await refuse(resources.gate, whole)

    assert 1 < refusal.retry_after_seconds <= MINUTE


async def test_who_comes_back_when_told_passes_and_a_minute_earlier_does_not(resources):
    """Trap B: `<` for `<=` on retry."""
    hourly = demand(quota=1)
    await resources.gate.take(hourly)
    told = (await refuse(resources.gate, hourly)).retry_after_seconds

    await let_pass(resources, hourly.subject, told - MINUTE)
    too_early = await refuse(resources.gate, hourly)
    await let_pass(resources, hourly.subject, too_early.retry_after_seconds)
    (take,) = await resources.gate.take(hourly)

    assert 0 < too_early.retry_after_seconds <= MINUTE
    assert not take.exceeded


async def let_pass(resources, subject, seconds):
    """Let the bucket be as it is so many seconds later."""
    earlier = RateLimitState.tat_us - seconds * MICROSECONDS
    async with transaction(resources.engine) as session:
        await session.execute(
            update(RateLimitState).where(RateLimitState.subject == subject).values(tat_us=earlier)
        )


async def test_more_than_the_burst_is_told_never_and_leaves_the_bucket_full(resources):
    """Trap B: an oversize cost that reports free capacity."""
    refusal = await refuse(resources.gate, demand("test:oversize", 6, quota=5))
    (take,) = await resources.gate.take(demand("test:oversize", 0, quota=5))

    assert refusal.retry_after_seconds is None
    assert take.remaining == 5


@pytest.mark.parametrize("quota", [4, 6])
async def test_a_plan_that_is_changed_leaves_the_bucket_as_it_is(world, resources, quota):
    """Trap B: the limit's value inside the bucket key, so a plan change resets it."""
    plan = await world.plan(hour=(5, HOUR))
    key = await world.api_key(await world.organization(plan=plan))
    await admit_all(resources.gate, *[call(key)] * 5)

    async with transaction(resources.engine) as session:
        change = update(PlanLimit).where(PlanLimit.plan_id == plan.id)
        await session.execute(change.values(quota=quota, burst=quota))
    codes = await admit_all(resources.gate, *[call(key)] * 2)

    # What was used stays used: of six an hour, five times 12 minutes leave no room for one of 10 minutes.
    assert codes == ["RATE_LIMITED"] * 2


async def test_limits_of_other_names_and_of_others_have_buckets_of_their_own(resources):
    """Trap B: the limit's name missing from the key; one bucket shared by all callers by default."""
    mine = demand(quota=1)
    await resources.gate.take(mine)

    await resources.gate.take(demand(mine.subject, name="other", quota=1))
    await resources.gate.take(demand(quota=1))

    await refuse(resources.gate, mine)


async def test_a_limited_call_uses_up_neither_other_limits_nor_credits(world, resources, limited):
    """Traps B and C: a refused call consumes other limits; a limited call still pays."""
    codes = await admit_all(resources.gate, *[call(limited, cost=3)] * 4)
    rest = await admit_all(resources.gate, call(limited, limits=(LimitUse("day", 4),)))

    assert codes + rest == ["VALID", *["RATE_LIMITED"] * 3, "VALID"]
    assert await world.balance(limited.row.organization_id) == 7


async def test_a_call_that_cannot_pay_uses_up_no_limit(resources, limited):
    """Trap B: a refused call consumes other limits."""
    codes = await admit_all(resources.gate, call(limited, cost=11), call(limited, cost=10))

    assert codes == ["INSUFFICIENT_CREDITS", "VALID"]


async def test_small_items_behind_one_that_is_too_large_are_paid(world, resources):
    """Trap C: a plain running sum in a batch refuses small items after one big one."""
    key = await world.api_key(await world.organization(credits=3))
    presented = api_key_secrets.parse(key.api_key)

    answer = await resources.gate.admit(
        AdmissionCall([AdmissionRequest(presented, cost) for cost in (1, 100, 1, 1, 1)])
    )

    assert [str(each.code) for each in answer.verdicts] == [
        "VALID", "INSUFFICIENT_CREDITS", "VALID", "VALID", "INSUFFICIENT_CREDITS",
    ]  # fmt: skip
    assert await world.balance(key.row.organization_id) == 0
