"""How fast: whose bucket, which limits, and what a refused call leaves alone."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from app.core.admission import AdmissionCall, AdmissionRequest, LimitDemand, LimitUse, organization_subject
from app.core.gcra import Quota
from app.services.admission_decision import decide
from tests.services.admission_stage import CREDENTIALS, POLICY, A, B, Stage, ask, make_key

DEMAND = Quota("demand", 2, 60, 2)


def decide_calls(stage, *calls):
    """The verdicts on the calls, in one batch that is then applied."""
    verdicts, changes = decide(calls, stage.snapshot(), POLICY)
    stage.apply(changes)
    return verdicts


def decide_all(stage, *requests):
    return [call.verdicts[0] for call in decide_calls(stage, *(AdmissionCall([each]) for each in requests))]


def codes(verdicts):
    return [str(verdict.code) for verdict in verdicts]


def test_every_key_and_session_of_an_organization_fills_the_same_bucket():
    """Ten keys are not ten limits."""
    verdicts = decide_all(Stage(), *(ask(name) for name in ["good", "sibling", "session", "capped"] * 2))

    assert codes(verdicts) == ["VALID"] * 6 + ["RATE_LIMITED"] * 2


def test_another_organization_has_its_own_bucket():
    """Trap B: one bucket shared by all callers by default."""
    stage = Stage()

    decide_all(stage, *(ask("good") for _ in range(7)))

    assert {subject for subject, _ in stage.buckets} == {organization_subject(A)}


def test_each_limit_has_its_own_bucket():
    """Trap B: the limit's name missing from the key."""
    stage = Stage()

    (verdict,) = decide_all(stage, ask("good", limits=(LimitUse("minute", 6),)))
    (other,) = decide_all(stage, ask("good", limits=(LimitUse("day", 9),)))

    assert codes([verdict, other]) == ["VALID"] * 2
    assert {name for _, name in stage.buckets} == {"minute", "day"}


def test_a_keys_own_plan_overrides_the_organizations_over_the_same_bucket():
    verdicts = decide_all(Stage(), *(ask(name) for name in ["good"] * 4 + ["tight", "good"]))

    assert codes(verdicts) == ["VALID"] * 4 + ["RATE_LIMITED", "VALID"]
    assert [take.quota.name for take in verdicts[4].takes] == ["minute"]


def test_a_changed_limit_does_not_reset_the_bucket():
    """Trap B: the limit's value inside the bucket key, so that a plan change resets it."""
    stage = Stage()
    decide_all(stage, *(ask("good") for _ in range(6)))
    snapshot = stage.snapshot()
    quotas = snapshot.quotas[CREDENTIALS["good"][1].plan_id]
    quotas["minute"] = Quota("minute", 5, 60, 5)

    (decided,), _ = decide([AdmissionCall([ask("good")])], snapshot, POLICY)

    assert decided.verdicts[0].code == "RATE_LIMITED"


def test_a_refused_call_consumes_no_other_limit():
    """Trap B: a refused call that consumes other limits."""
    stage = Stage()
    decide_all(stage, *(ask("good") for _ in range(6)))

    refused = decide_all(stage, *(ask("good") for _ in range(20)))

    assert codes(refused) == ["RATE_LIMITED"] * 20
    shown = {take.quota.name: (take.remaining, take.exceeded) for take in refused[-1].takes}
    assert shown == {"minute": (0, True), "day": (3, False)}
    (day,) = decide_all(stage, ask("good", limits=(LimitUse("day", 3),)))
    assert day.code == "VALID"


def test_named_limits_with_weights_take_those_alone():
    stage = Stage()

    (verdict,) = decide_all(stage, ask("good", limits=(LimitUse("day", 4),)))

    assert [(take.quota.name, take.remaining) for take in verdict.takes] == [("day", 5)]
    assert stage.buckets.keys() == {(organization_subject(A), "day")}


def test_an_empty_list_of_limits_takes_none():
    stage = Stage()

    verdicts = decide_all(stage, *(ask("good", limits=()) for _ in range(30)))

    assert codes(verdicts) == ["VALID"] * 30
    assert (verdicts[0].takes, stage.buckets) == ([], {})


def test_a_weight_of_zero_looks_though_the_limit_is_used_up():
    stage = Stage()
    decide_all(stage, ask("good", limits=(LimitUse("minute", 6),)))

    (look,) = decide_all(stage, ask("good", limits=(LimitUse("minute", 0),)))

    assert look.code == "VALID"
    assert [(take.remaining, take.exceeded) for take in look.takes] == [(0, False)]


def test_the_bucket_refills_with_the_databases_clock():
    stage = Stage()
    decide_all(stage, ask("good", limits=(LimitUse("minute", 6),)))

    stage.now += timedelta(seconds=10, microseconds=-1)
    too_early = decide_all(stage, ask("good", limits=(LimitUse("minute", 1),)))
    stage.now += timedelta(microseconds=1)
    on_time = decide_all(stage, ask("good", limits=(LimitUse("minute", 1),)))

    assert codes(too_early + on_time) == ["RATE_LIMITED", "VALID"]


def service_call(requests, *, caller):
    """What a service asks; `forecast:read` stands for the scope it needs."""
    return AdmissionCall(requests, caller=ask(caller, scopes=("forecast:read",)))


def test_an_unknown_limit_refuses_the_whole_call_before_anything_is_consumed():
    stage = Stage()
    known, unknown = LimitUse("minute", 1), LimitUse("hour", 1)
    call = service_call(
        [
            ask("good", cost=1),
            ask("good", cost=1, limits=(known, unknown)),
            ask("absent", limits=(unknown,)),
            ask("malformed", limits=(unknown,)),
            ask("tight", limits=(LimitUse("day", 1),)),
        ],
        caller="tight",
    )

    (decided,) = decide_calls(stage, call)

    assert (decided.unknown_limits, decided.verdicts) == ([(1, 1), (4, 0)], [])
    assert (stage.ledger, stage.buckets) == ([], {})


def test_an_unknown_limit_does_not_harm_other_calls_of_the_batch():
    stage = Stage()
    bad = service_call([ask("good", cost=1, limits=(LimitUse("hour", 1),))], caller="foreign")
    good = service_call([ask("good", cost=1)], caller="foreign")

    before, refused, after = decide_calls(stage, good, bad, good)

    assert refused.unknown_limits
    assert codes(before.verdicts + after.verdicts) == ["VALID"] * 2


def test_a_stranger_is_not_told_which_limits_a_plan_has():
    call = service_call([ask("good", limits=(LimitUse("hour", 1),))], caller="revoked")

    (decided,) = decide_calls(Stage(), call)

    assert (decided.caller.code, decided.unknown_limits) == ("REVOKED", [])


@pytest.mark.parametrize("caller", ["absent", "revoked", "disabled", "expired", "narrow", "malformed"])
def test_a_refused_caller_gets_no_verdicts_and_nothing_is_consumed(caller):
    stage = Stage()

    (decided,) = decide_calls(stage, service_call([ask("good", cost=1)], caller=caller))

    assert not decided.caller.valid
    assert decided.verdicts == []
    assert (stage.ledger, stage.buckets) == ([], {})


def test_a_callers_own_plan_limits_it_call_by_call():
    stage = Stage()

    decided = decide_calls(stage, *(service_call([ask("foreign")] * 9, caller="tight") for _ in range(4)))

    assert codes(each.caller for each in decided) == ["VALID", "VALID", "RATE_LIMITED", "RATE_LIMITED"]
    assert [len(each.verdicts) for each in decided] == [9, 9, 0, 0]


def test_a_service_key_without_limits_is_answered_alike_for_every_call_of_the_batch():
    decided = decide_calls(Stage(), *(service_call([ask("good")], caller="foreign") for _ in range(4)))

    assert codes(each.caller for each in decided) == ["VALID"] * 4


def test_a_service_key_with_an_allow_list_is_answered_by_where_each_call_comes_from():
    calls = [
        AdmissionCall([ask("good")], caller=ask("walled", limits=(), address=ip_address(address)))
        for address in ("192.0.2.1", "198.51.100.1", "192.0.2.1")
    ]

    decided = decide_calls(Stage(), *calls)

    assert codes(each.caller for each in decided) == ["VALID", "FORBIDDEN", "VALID"]
    assert [len(each.verdicts) for each in decided] == [1, 0, 1]


def test_demands_are_taken_all_or_none():
    stage = Stage()
    mine, theirs = (LimitDemand(subject, DEMAND) for subject in ("ip:192.0.2.1", organization_subject(B)))
    both, one = AdmissionCall([], demands=(mine, theirs)), AdmissionCall([], demands=(mine,))

    first, second, refused, free = decide_calls(stage, one, both, both, AdmissionCall([], demands=(theirs,)))

    assert [any(take.exceeded for take in each.demands) for each in (first, second, refused, free)] == [
        False, False, True, False,
    ]  # fmt: skip
    assert [take.remaining for take in refused.demands] == [0, 1]


def test_a_call_over_its_demand_decides_nothing():
    stage = Stage()
    call = AdmissionCall([ask("good", cost=1)], demands=(LimitDemand("ip:192.0.2.1", DEMAND, 3),))

    (decided,) = decide_calls(stage, call)

    assert (decided.verdicts, stage.ledger, stage.buckets) == ([], [], {})


def test_a_keys_use_is_noted_once_a_minute_and_only_when_it_was_let_in():
    stage = Stage()
    recent = make_key(last_used_at=stage.now - timedelta(seconds=59))
    stale = make_key(last_used_at=stage.now - timedelta(seconds=60))
    requests = [ask("good"), ask("revoked"), ask("sibling", scopes=("gate:verify",)), ask("session")]
    requests += [AdmissionRequest(presented) for presented, _ in (recent, stale)]
    snapshot = stage.snapshot(recent=recent, stale=stale)

    _, changes = decide([AdmissionCall(requests)], snapshot, POLICY)

    assert changes.used_keys == {CREDENTIALS["good"][1].key_id, stale[1].key_id}
