"""When several things speak against a call, which one is told: the first in the contract's order."""

from itertools import combinations

import pytest

from app.core.admission import AdmissionCall, AdmissionRequest, LimitUse, PastCharge
from app.services.admission_decision import decide
from tests.services.admission_stage import LONG_AGO, POLICY, START, A, Stage, ask, make_key, make_session

FAULTS = {
    "NOT_FOUND": {"secret": b"0" * 32},
    "REVOKED": {"key": {"revoked_at": LONG_AGO}},
    "DISABLED": {"key": {"enabled": False}},
    "EXPIRED": {"key": {"expires_at": START}},
    "FORBIDDEN": {"key": {"allowed_cidrs": []}},
    "INSUFFICIENT_SCOPE": {"request": {"scopes": ("gate:verify",)}},
    "CHARGE_ID_REUSED": {"request": {"charge_id": "used", "cost": 1}, "past": PastCharge(None, None, 7, 0)},
    "RATE_LIMITED": {"request": {"limits": (LimitUse("minute", 7),)}},
    "INSUFFICIENT_CREDITS": {"request": {"cost": 1_000}},
}


def verdict_on(*faults):
    """The code for a call with all of these faults, and what the call changed."""
    key, request, stage = {}, {}, Stage()
    for fault in faults:
        key |= FAULTS[fault].get("key", {})
        request |= FAULTS[fault].get("request", {})
        if "past" in FAULTS[fault]:
            stage.past_charges[A, "used"] = FAULTS[fault]["past"]
    presented, row = make_key(**key)
    asked = presented._replace(secret=b"0" * 32) if "NOT_FOUND" in faults else presented
    call = AdmissionCall([AdmissionRequest(asked, **request)])
    (decided,), changes = decide([call], stage.snapshot(key=(presented, row)), POLICY)
    return decided.verdicts[0], changes


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_code_and_consumes_nothing(fault):
    verdict, changes = verdict_on(fault)

    assert verdict.code == fault
    assert not verdict.valid
    assert (verdict.charged, verdict.remaining) == ((None, None) if fault == "NOT_FOUND" else (0, 40))
    assert [changes.charges, changes.accounts, changes.buckets, changes.spent_by_key] == [[], {}, {}, {}]


@pytest.mark.parametrize(("first", "second"), list(combinations(FAULTS, 2)))
def test_of_two_faults_the_earlier_is_told(first, second):
    verdict, _ = verdict_on(first, second)

    assert verdict.code == first


@pytest.mark.parametrize("length", range(1, len(FAULTS) + 1))
def test_of_many_faults_the_earliest_is_told(length):
    faults = list(FAULTS)[-length:]

    verdict, _ = verdict_on(*faults)

    assert verdict.code == faults[0]


def test_without_a_fault_the_call_is_valid():
    verdict, _ = verdict_on()

    assert verdict.code == "VALID"


@pytest.mark.parametrize(
    "state", [{"enabled": False}, {"user_active": False}, {"organization_active": False}]
)
def test_a_key_is_disabled_by_itself_its_user_or_its_organization(state):
    presented, row = make_key(**state)

    (decided,), _ = decide(
        [AdmissionCall([AdmissionRequest(presented)])], Stage().snapshot(key=(presented, row)), POLICY
    )

    assert decided.verdicts[0].code == "DISABLED"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"revoked_at": LONG_AGO, "user_active": False}, "REVOKED"),
        ({"user_active": False, "expires_at": START}, "DISABLED"),
        ({"organization_active": False}, "DISABLED"),
        ({"expires_at": START}, "EXPIRED"),
    ],
)
def test_a_session_answers_in_the_same_order(state, code):
    presented, row = make_session(**state)

    (decided,), _ = decide(
        [AdmissionCall([AdmissionRequest(presented)])], Stage().snapshot(session=(presented, row)), POLICY
    )

    assert decided.verdicts[0].code == code


def test_a_rotated_out_string_is_revoked_while_the_new_one_of_the_same_key_is_valid():
    call = AdmissionCall([ask("rotated"), ask("good")])

    (decided,), _ = decide([call], Stage().snapshot(), POLICY)

    old, new = decided.verdicts
    assert (old.code, new.code) == ("REVOKED", "VALID")
    assert old.principal.key_id == new.principal.key_id
