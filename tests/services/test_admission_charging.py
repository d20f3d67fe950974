"""What a call costs, and what it never costs."""

import pytest

from app.core.admission import AdmissionCall, LimitUse
from app.services.admission_decision import decide
from tests.services.admission_stage import OWNER, POLICY, STORED, A, B, Stage, ask


def decide_all(stage, *requests):
    """The verdicts on the requests, one call each, in one batch that is then applied."""
    calls = [AdmissionCall([request], request_id=f"request-{n}") for n, request in enumerate(requests)]
    verdicts, changes = decide(calls, stage.snapshot(), POLICY)
    stage.apply(changes)
    return [each.verdicts[0] for each in verdicts]


def codes(verdicts):
    return [str(verdict.code) for verdict in verdicts]


def test_one_big_refused_item_does_not_starve_the_small_ones_behind_it():
    """Trap C: a plain running sum in a batch refuses small items after one big one."""
    stage = Stage({A: 3, B: 0})

    verdicts = decide_all(stage, *(ask("good", cost=cost, limits=()) for cost in (1, 100, 1, 100, 1, 1)))

    assert codes(verdicts) == [
        "VALID", "INSUFFICIENT_CREDITS", "VALID", "INSUFFICIENT_CREDITS", "VALID", "INSUFFICIENT_CREDITS",
    ]  # fmt: skip
    assert [verdict.remaining for verdict in verdicts] == [2, 2, 1, 1, 0, 0]


def test_a_limited_call_does_not_pay():
    """Trap C: a credit taken before the limit check."""
    stage = Stage()

    verdicts = decide_all(stage, *(ask("tight", cost=1) for _ in range(5)))

    assert codes(verdicts) == ["VALID"] * 2 + ["RATE_LIMITED"] * 3
    assert stage.credits[A] == 38


def test_a_call_that_cannot_pay_consumes_no_limit():
    stage = Stage({A: 0, B: 0})

    verdicts = decide_all(stage, *(ask("tight", cost=1) for _ in range(5)), ask("tight"), ask("tight"))

    assert codes(verdicts) == ["INSUFFICIENT_CREDITS"] * 5 + ["VALID"] * 2
    assert [take.remaining for take in verdicts[0].takes] == [2]


def test_calls_at_once_never_overspend():
    """Trap C: check-then-deduct."""
    stage = Stage({A: 5, B: 5})
    names = ["good", "sibling", "session", "foreign"] * 5

    verdicts = decide_all(stage, *(ask(name, cost=1, limits=()) for name in names))

    assert codes(verdicts).count("VALID") == 10
    assert stage.credits == {A: 0, B: 0}


def test_a_free_check_writes_nothing_and_stores_no_charge_id():
    stage = Stage()

    first, second = decide_all(stage, ask("good", charge_id="id"), ask("good", cost=2, charge_id="id"))

    assert (first.charged, first.charge_id) == (0, None)
    assert (second.charged, second.replayed) == (2, False)
    assert [entry.cost for entry in stage.ledger] == [2]


def test_test_keys_never_charge_and_still_take_limits():
    stage = Stage()

    verdicts = decide_all(stage, *(ask("test", cost=1_000_000, charge_id="id") for _ in range(7)))

    assert codes(verdicts) == ["VALID"] * 6 + ["RATE_LIMITED"]
    assert {(verdict.charged, verdict.remaining) for verdict in verdicts} == {(0, 40)}
    assert (stage.ledger, stage.past_charges) == ([], {})


def test_the_same_charge_id_is_charged_once_in_one_batch_and_over_batches():
    """Trap C: a retry that pays twice."""
    stage = Stage()

    first, again = decide_all(stage, *(ask("good", cost=3, charge_id="id") for _ in range(2)))
    (later,) = decide_all(stage, ask("good", cost=3, charge_id="id"))

    assert [first.replayed, again.replayed, later.replayed] == [False, True, True]
    assert {(each.code, each.charged, each.remaining) for each in (first, again, later)} == {("VALID", 3, 37)}
    assert stage.credits[A] == 37


def test_a_replay_tells_the_first_figures_though_credits_and_limits_are_gone():
    stage = Stage({A: 3, B: 0})
    (first,) = decide_all(stage, ask("tight", cost=1, charge_id="id"))
    decide_all(stage, ask("good", cost=2, limits=()), ask("tight", limits=(LimitUse("minute", 1),)))

    (replay,) = decide_all(stage, ask("tight", cost=1, charge_id="id"))

    assert (replay.code, replay.charged, replay.remaining) == ("VALID", first.charged, first.remaining)
    assert [(take.remaining, take.exceeded) for take in replay.takes] == [(0, False)]


@pytest.mark.parametrize("other", [{"scopes": ("forecast:read",)}, {"limits": ()}])
def test_scopes_and_limits_do_not_tell_charges_apart(other):
    stage = Stage()

    _, replay = decide_all(
        stage, ask("good", cost=1, charge_id="id"), ask("good", cost=1, charge_id="id", **other)
    )

    assert replay.replayed


@pytest.mark.parametrize(("name", "cost"), [("sibling", 3), ("session", 3), ("good", 2), ("good", 4)])
def test_another_key_or_cost_with_the_same_charge_id_is_told_and_charged_nothing(name, cost):
    stage = Stage()

    _, other, after = decide_all(
        stage, ask("good", cost=3, charge_id="id"), ask(name, cost=cost, charge_id="id"), ask("good", cost=1)
    )

    assert (other.code, other.charged, other.remaining) == ("CHARGE_ID_REUSED", 0, 37)
    assert after.code == "VALID"
    assert stage.credits[A] == 36


def test_a_charge_id_belongs_to_its_organization():
    stage = Stage()

    ours, theirs = decide_all(
        stage, ask("good", cost=1, charge_id="id"), ask("foreign", cost=2, charge_id="id")
    )

    assert (ours.charged, theirs.charged) == (1, 2)


def test_a_refusal_leaves_the_charge_id_free():
    stage = Stage({A: 1, B: 0})
    (short,) = decide_all(stage, ask("good", cost=2, charge_id="id"))
    stage.credits[A] = 5

    (paid,) = decide_all(stage, ask("good", cost=2, charge_id="id"))

    assert (short.code, short.charge_id) == ("INSUFFICIENT_CREDITS", None)
    assert (paid.code, paid.charged, paid.charge_id) == ("VALID", 2, "id")


def test_a_cap_is_the_keys_own_and_exact_within_one_batch():
    stage = Stage()

    verdicts = decide_all(stage, *(ask("capped", cost=2, limits=()) for _ in range(4)))
    (rest,) = decide_all(stage, ask("capped", cost=1, limits=()))
    (beyond,) = decide_all(stage, ask("capped", cost=1, limits=()))
    (sibling,) = decide_all(stage, ask("good", cost=9, limits=()))

    assert codes(verdicts) == ["VALID", "VALID", "INSUFFICIENT_CREDITS", "INSUFFICIENT_CREDITS"]
    assert codes([rest, beyond, sibling]) == ["VALID", "INSUFFICIENT_CREDITS", "VALID"]
    assert stage.spent_by_key == {STORED["capped"].key_id: 5}


def test_the_ledger_entry_says_who_paid_for_what():
    stage = Stage()

    decide_all(stage, ask("good", cost=2, charge_id="id"), ask("session", cost=3, reason="export"))

    by_key, by_person = stage.ledger
    assert (by_key.api_key_id, by_key.user_id, by_key.reason, by_key.request_id) == (
        STORED["good"].key_id, None, "verify", "request-0",
    )  # fmt: skip
    assert (by_person.api_key_id, by_person.user_id, by_person.charge_id, by_person.reason) == (
        None, OWNER, None, "export",
    )  # fmt: skip
    assert [(entry.sequence, entry.balance_after) for entry in stage.ledger] == [(1, 38), (2, 35)]
