"""The RateLimit fields as text (draft-ietf-httpapi-ratelimit-headers-11)."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.core.gcra import MICROSECONDS, Quota, rate_limit_headers, retry_after_seconds

NOW = 1_800_000_000 * MICROSECONDS
MINUTE = Quota("minute", 60, 60, 60)
DAY = Quota("day", 100, 86_400, 10)


def used(quota, units):
    """A bucket of which `units` are used."""
    return quota.take(0, units, NOW).tat_us


def test_a_call_that_passed_tells_what_is_left_and_when_one_more_unit_is_regained():
    headers = rate_limit_headers([MINUTE.take(used(MINUTE, 17), 1, NOW)])

    assert headers == {
        "RateLimit-Policy": '"minute";q=60;w=60',
        "RateLimit": '"minute";r=42;t=1',
    }


def test_a_full_bucket_has_nothing_to_wait_for():
    assert rate_limit_headers([MINUTE.take(0, 0, NOW)])["RateLimit"] == '"minute";r=60;t=0'


def test_a_refused_call_tells_when_its_own_weight_would_pass():
    headers = rate_limit_headers([MINUTE.take(used(MINUTE, 58), 20, NOW)])

    assert headers["RateLimit"] == '"minute";r=2;t=18'
    assert headers["Retry-After"] == "18"


def test_several_limits_stand_side_by_side_in_their_order():
    headers = rate_limit_headers([MINUTE.take(0, 1, NOW), DAY.take(0, 1, NOW)])

    assert headers["RateLimit-Policy"] == '"minute";q=60;w=60, "day";q=100;w=86400'
    assert headers["RateLimit"] == '"minute";r=59;t=1, "day";r=9;t=864'


def test_retry_after_is_the_longest_wait_of_those_that_refused():
    takes = [MINUTE.take(used(MINUTE, 60), 1, NOW), DAY.take(used(DAY, 10), 1, NOW), MINUTE.take(0, 1, NOW)]

    assert retry_after_seconds(takes) == 864
    assert rate_limit_headers(takes)["Retry-After"] == "864"


def test_what_never_passes_has_no_retry_after_whatever_else_would():
    takes = [MINUTE.take(used(MINUTE, 60), 1, NOW), DAY.take(0, 11, NOW)]

    headers = rate_limit_headers(takes)

    assert "Retry-After" not in headers
    assert headers["RateLimit"] == '"minute";r=0;t=1, "day";r=10;t=0'


def test_no_limits_no_fields():
    assert rate_limit_headers([]) == {}
    assert retry_after_seconds([]) is None


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10_000), st.integers(1, 10_000), st.integers(1, 100),
            st.integers(0, 10**10), st.integers(0, 120),
        ),
        min_size=1,
        max_size=5,
    )
)  # fmt: skip
def test_the_text_always_has_the_drafts_form_and_retry_after_is_never_earlier_than_t(limits):
    takes = [
        Quota(f"limit{index}", quota, period, burst).take(NOW + ahead, weight, NOW)
        for index, (quota, period, burst, ahead, weight) in enumerate(limits)
    ]

    headers = rate_limit_headers(takes)

    policies, states = headers["RateLimit-Policy"].split(", "), headers["RateLimit"].split(", ")
    assert all(re.fullmatch(r'"limit\d";q=[1-9]\d*;w=[1-9]\d*', policy) for policy in policies)
    assert all(re.fullmatch(r'"limit\d";r=\d+;t=\d+', state) for state in states)
    assert len(policies) == len(states) == len(takes)
    refused_seconds = [int(state.rpartition("t=")[2]) for state, take in zip(states, takes, strict=True)
                       if take.exceeded]  # fmt: skip
    if "Retry-After" in headers:
        assert int(headers["Retry-After"]) == max(refused_seconds)
