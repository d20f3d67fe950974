"""The algorithm against its promises; `now` and the bucket are plain integers of microseconds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gcra import MICROSECONDS, Quota

NOW = 1_800_000_000 * MICROSECONDS

quotas = st.builds(
    Quota,
    name=st.just("minute"),
    quota=st.integers(1, 1_000_000),
    period_seconds=st.integers(1, 2_678_400),
    burst=st.integers(1, 1_000_000),
)
small_quotas = st.builds(
    Quota,
    name=st.just("minute"),
    quota=st.integers(1, 500),
    period_seconds=st.integers(1, 3_600),
    burst=st.integers(1, 50),
)
buckets = st.integers(-(10**9), 10**13).map(lambda offset: max(0, NOW + offset))
"""Empty for long, just now, or full for weeks."""
weights = st.integers(1, 1_000_000)


@st.composite
def refusals(draw):
    """A quota, its bucket, and a weight that is too much now and will pass later."""
    quota = draw(quotas)
    weight = draw(st.integers(1, quota.burst))
    room_us = quota.interval_us * (quota.burst - weight)
    return quota, NOW + room_us + draw(st.integers(1, 10**10)), weight


def pass_until_refused(quota, tat_us, now_us):
    """Take one unit at a time in the same instant: how many pass, and the bucket after them."""
    passed = 0
    while not (take := quota.take(tat_us, 1, now_us)).exceeded:
        passed, tat_us = passed + 1, take.tat_us
    return passed, tat_us


@given(small_quotas)
def test_exactly_the_burst_passes_from_a_fresh_bucket(quota):
    passed, _ = pass_until_refused(quota, 0, NOW)

    assert passed == quota.burst


@given(quotas)
def test_the_first_call_ever_passes_whatever_the_figures(quota):
    """Trap B: float rounding denies a first-ever request."""
    take = quota.take(0, 1, NOW)

    assert not take.exceeded
    assert take.remaining == quota.burst - 1


@given(quotas)
def test_the_whole_burst_at_once_passes_and_not_one_unit_more(quota):
    whole = quota.take(0, quota.burst, NOW)
    more = quota.take(whole.tat_us, 1, NOW)

    assert not whole.exceeded
    assert whole.remaining == 0
    assert more.exceeded


@given(quotas.filter(lambda quota: quota.quota >= 100_000 or quota.period_seconds <= 2))
def test_high_rates_are_limited_too(quota):
    """Trap B: a state truncated to 0 so that high rates are not limited at all."""
    full = quota.take(0, quota.burst, NOW)

    assert quota.interval_us >= 1
    assert full.tat_us > NOW
    assert full.reset_after_seconds >= 1
    assert quota.take(full.tat_us, 1, NOW).exceeded


@given(small_quotas, st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(1, 5)), max_size=200))
def test_no_window_lets_more_pass_than_its_share_and_the_burst(quota, calls):
    now_us, tat_us, accepted = NOW, 0, []
    for pause_us, weight in calls:
        now_us += pause_us
        take = quota.take(tat_us, weight, now_us)
        tat_us = take.tat_us
        if not take.exceeded:
            accepted.append((now_us, weight))

    for first, (start_us, _) in enumerate(accepted):
        passed = 0
        for at_us, weight in accepted[first:]:
            passed += weight
            assert passed <= quota.burst + (at_us - start_us) // quota.interval_us


@given(small_quotas)
def test_no_period_lets_more_pass_than_the_quota_and_the_burst(quota):
    """A caller who never rests: whatever passes, and again the moment that one unit is regained."""
    period_us = quota.period_seconds * MICROSECONDS

    assert quota.burst + (period_us - 1) // quota.interval_us <= quota.quota + quota.burst


@given(refusals())
def test_who_comes_back_when_told_passes_and_one_microsecond_earlier_does_not(refusal):
    """Trap B: `<` for `<=` on retry."""
    quota, tat_us, weight = refusal
    take = quota.take(tat_us, weight, NOW)

    on_time = quota.take(take.tat_us, weight, NOW + take.wait_us)
    too_early = quota.take(take.tat_us, weight, NOW + take.wait_us - 1)

    assert take.exceeded
    assert take.wait_us >= 1
    assert not on_time.exceeded
    assert too_early.exceeded
    assert too_early.wait_us == 1


@given(refusals())
def test_retry_after_is_never_too_early_and_less_than_a_second_late(refusal):
    quota, tat_us, weight = refusal
    take = quota.take(tat_us, weight, NOW)

    seconds = take.retry_after_seconds

    assert seconds == take.header_seconds
    assert 0 <= seconds * MICROSECONDS - take.wait_us < MICROSECONDS
    assert not quota.take(tat_us, weight, NOW + seconds * MICROSECONDS).exceeded


@given(refusals())
def test_a_refused_call_leaves_the_bucket_as_it_was(refusal):
    quota, tat_us, weight = refusal
    take = quota.take(tat_us, weight, NOW)

    assert take.tat_us == max(tat_us, NOW)
    assert take.remaining == quota.take(tat_us, 0, NOW).remaining


@given(quotas, buckets, st.integers(1, 10**9))
def test_more_than_the_burst_is_refused_for_good_and_consumes_nothing(quota, tat_us, surplus):
    """Trap B: an oversize cost that reports free capacity."""
    take = quota.take(tat_us, quota.burst + surplus, NOW)

    assert take.exceeded
    assert take.tat_us == max(tat_us, NOW)
    assert (take.wait_us, take.retry_after_seconds) == (None, None)
    assert take.header_seconds == take.reset_after_seconds


@given(quotas, buckets)
def test_a_weight_of_zero_looks_is_always_allowed_and_changes_nothing(quota, tat_us):
    peek = quota.take(tat_us, 0, NOW)

    assert not peek.exceeded
    assert peek.tat_us == max(tat_us, NOW)
    assert peek.remaining == quota.take(peek.tat_us, 0, NOW).remaining


@given(quotas, buckets)
def test_remaining_is_exactly_what_would_pass_now(quota, tat_us):
    remaining = quota.take(tat_us, 0, NOW).remaining

    assert 0 <= remaining <= quota.burst
    assert remaining == 0 or not quota.take(tat_us, remaining, NOW).exceeded
    assert quota.take(tat_us, remaining + 1, NOW).exceeded


@given(quotas, buckets, weights)
def test_remaining_falls_by_exactly_what_passed(quota, tat_us, weight):
    before = quota.take(tat_us, 0, NOW).remaining
    take = quota.take(tat_us, weight, NOW)

    assert take.remaining == before - (0 if take.exceeded else weight)


@given(quotas, buckets, st.integers(0, 10**13))
def test_waiting_never_takes_anything_away(quota, tat_us, pause_us):
    now = quota.take(tat_us, 0, NOW)
    later = quota.take(tat_us, 0, NOW + pause_us)

    assert later.remaining >= now.remaining
    assert later.reset_after_seconds <= now.reset_after_seconds


@given(quotas, buckets, weights, weights)
def test_what_refuses_little_refuses_more(quota, tat_us, one, other):
    little, much = sorted((one, other))

    assert quota.take(tat_us, little, NOW).exceeded <= quota.take(tat_us, much, NOW).exceeded


@given(quotas, buckets, weights)
def test_the_bucket_only_ever_moves_forward(quota, tat_us, weight):
    assert quota.take(tat_us, weight, NOW).tat_us >= max(tat_us, NOW)


@given(quotas, st.data())
def test_a_call_is_as_good_as_its_units_one_by_one(quota, data):
    weight = data.draw(st.integers(1, quota.burst))
    at_once = quota.take(0, weight, NOW)
    first = quota.take(0, weight - 1, NOW)

    assert quota.take(first.tat_us, 1, NOW).tat_us == at_once.tat_us


@given(quotas, buckets)
def test_the_next_unit_is_there_when_promised_and_the_bucket_is_full_at_its_reset(quota, tat_us):
    peek = quota.take(tat_us, 0, NOW)
    next_us, reset_us = (
        seconds * MICROSECONDS for seconds in (peek.next_unit_seconds, peek.reset_after_seconds)
    )

    assert quota.take(tat_us, 0, NOW + reset_us).remaining == quota.burst
    if tat_us <= NOW:
        assert (next_us, reset_us) == (0, 0)
    elif peek.tat_us - NOW <= quota.interval_us * quota.burst:
        assert quota.take(tat_us, 0, NOW + next_us).remaining > peek.remaining


@given(quotas, quotas, buckets)
def test_changing_the_limit_does_not_reset_the_bucket(before, after, tat_us):
    """Trap B: the limit's value inside the bucket key. The bucket is a number that any quota can read."""
    used = before.take(tat_us, 1, NOW)

    assert after.take(used.tat_us, 0, NOW).tat_us == used.tat_us


@given(quotas, buckets, weights)
def test_everything_is_an_integer(quota, tat_us, weight):
    take = quota.take(tat_us, weight, NOW)

    figures = [
        quota.interval_us, take.tat_us, take.remaining, take.next_unit_seconds,
        take.reset_after_seconds, take.header_seconds,
    ]  # fmt: skip
    assert {type(figure) for figure in figures} == {int}


@given(quotas)
def test_one_unit_costs_the_period_divided_by_the_quota_less_than_a_microsecond_off(quota):
    exact = Fraction(quota.period_seconds * MICROSECONDS, quota.quota)

    assert abs(exact - quota.interval_us) < 1


@given(quotas)
def test_no_rate_lets_more_pass_in_the_long_run_than_a_thousandth_of_the_quota(quota):
    """Rates above a thousand a second: the fraction of T that is dropped must not let more pass."""
    passing = Fraction(quota.period_seconds * MICROSECONDS, quota.interval_us)

    assert passing <= quota.quota * Fraction(1001, 1000)


@pytest.mark.parametrize("quota", [1_500, 3_000, 7_000, 300_000, 700_000])
def test_a_high_rate_lets_exactly_its_quota_pass_from_a_fresh_bucket_and_never_more_in_a_second(quota):
    limit = Quota("second", quota, 1, quota)
    emptied = limit.take(0, quota, NOW)

    regained = limit.take(emptied.tat_us, 0, NOW + MICROSECONDS).remaining

    assert limit.take(emptied.tat_us, 1, NOW).exceeded
    assert regained <= quota


@pytest.mark.parametrize(("quota", "seconds"), [(60, 60), (600, 60), (6_000, 60), (7, 60), (1_000_000, 1)])
def test_a_full_period_gives_the_whole_quota_back(quota, seconds):
    limit = Quota("minute", quota, seconds, quota)
    emptied = limit.take(0, quota, NOW)

    assert emptied.reset_after_seconds == seconds
    assert limit.take(emptied.tat_us, quota, NOW + seconds * MICROSECONDS).remaining == 0
