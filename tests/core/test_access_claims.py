"""Claims are read in the one form in which we write them, or not at all (SEC-27)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.access_claims import CLOCK_SKEW, to_access_claims
from app.core.identifiers import new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.fixture
def claims():
    return {
        "sub": str(new_id()),
        "sid": str(new_id()),
        "jti": str(new_id()),
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
    }


def test_a_token_is_current_from_its_issue_on_and_not_at_its_expiry(claims):
    read = to_access_claims(claims)

    assert read.is_current(NOW)
    assert read.is_current(NOW + timedelta(seconds=600) - TICK)
    assert not read.is_current(NOW + timedelta(seconds=600))


def test_another_nodes_clock_may_be_ahead_by_the_skew_and_no_more(claims):
    read = to_access_claims(claims)

    assert read.is_current(NOW - CLOCK_SKEW)
    assert not read.is_current(NOW - CLOCK_SKEW - TICK)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sub", 1),
        ("sub", "nobody"),
        ("sid", "{12345678-1234-5678-1234-567812345678}"),
        ("jti", "12345678123456781234567812345678"),
        ("iat", True),
        ("iat", 1.5),
        ("iat", "1"),
        ("exp", 0),
        ("exp", -1),
        ("exp", 10**20),
        ("act", "an operator"),
        ("act", {"sub": "nobody"}),
        ("act", {"sub": "12345678-1234-5678-1234-567812345678", "iss": "elsewhere"}),
    ],
)
def test_a_claim_of_another_type_or_form_makes_the_token_unreadable(claims, name, value):
    assert to_access_claims(claims) is not None

    assert to_access_claims({**claims, name: value}) is None
