"""What counts as a use, and as whose."""

from uuid import UUID

from app.core.admission import AdmissionCall, AdmissionRequest, CallVerdict, Code, UsageTally, Verdict
from app.core.principal import Principal, PrincipalType
from app.services.usage_tally import tally

KEY = Principal(PrincipalType.API_KEY, UUID(int=1), UUID(int=2), frozenset(), key_id=UUID(int=3))


def count(*pairs, asked_at=10.0, now=10.0, write_us=0):
    """The tally of one call of these requests and verdicts."""
    requests = [request for request, _ in pairs]
    verdict = CallVerdict(Verdict(Code.VALID, KEY), [], [verdict for _, verdict in pairs])
    call = AdmissionCall(requests, caller=AdmissionRequest(None), asked_at=asked_at)
    return tally([call], [verdict], now=now, write_us=write_us)


def test_a_request_is_one_use_and_who_asks_for_it_is_none():
    """Trap C: verify + session counted as two requests."""
    uses = count((AdmissionRequest(None, cost=5), Verdict(Code.VALID, KEY, 5, 95)))

    assert uses == UsageTally([KEY.organization_id], [KEY.key_id], ["VALID"], [5], [0])


def test_a_secret_that_is_wrong_is_nobodys_use():
    uses = count((AdmissionRequest(None, tags=("a",)), Verdict(Code.NOT_FOUND, KEY)))

    assert (uses.organization_ids, uses.api_key_ids, uses.tags) == ([None], [None], [])


def test_a_replay_is_a_use_that_takes_nothing():
    uses = count((AdmissionRequest(None, cost=5), Verdict(Code.VALID, KEY, 5, 95, replayed=True)))

    assert uses.credits == [0]


def test_a_tag_that_is_named_twice_counts_once():
    plain = AdmissionRequest(None), Verdict(Code.VALID, KEY, 0, 9)
    tagged = AdmissionRequest(None, tags=("a", "b", "a")), Verdict(Code.VALID, KEY, 0, 9)

    uses = count(plain, tagged)

    assert list(zip(uses.tagged_places, uses.tags, strict=True)) == [(2, "a"), (2, "b")]


def test_to_look_at_a_token_is_no_use():
    assert not count((AdmissionRequest(None, is_use=False), Verdict(Code.VALID, KEY)))


def test_the_gates_own_time_is_waiting_and_what_the_last_write_took():
    uses = count((AdmissionRequest(None), Verdict(Code.VALID, KEY, 0, 9)), now=10.25, write_us=7)

    assert uses.times_us == [250_007]


def test_tags_stay_with_their_uses_when_tallies_are_joined():
    one = count((AdmissionRequest(None, tags=("a",)), Verdict(Code.VALID, KEY, 0, 9)))
    two = count((AdmissionRequest(None, tags=("b",)), Verdict(Code.VALID, KEY, 0, 9)))

    one.extend(two)

    assert (one.tagged_places, one.tags) == ([1, 2], ["a", "b"])
