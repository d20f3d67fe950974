"""When two requests are the same one."""

from uuid import UUID

import pytest

from app.core.idempotency import Answer, RepeatableCall, digest_of
from app.core.principal import Principal, PrincipalType

FIRST, SECOND = UUID(int=1), UUID(int=2)


def call(*, by=PrincipalType.SESSION, route=("POST", "/things"), key="k", body=None, **principal):
    caller = {"organization_id": FIRST, "user_id": FIRST, "key_id": FIRST, "scopes": frozenset(), **principal}
    return RepeatableCall.of(Principal(type=by, **caller), route=route, idempotency_key=key, body=body)


def test_the_order_of_members_does_not_count():
    assert digest_of({"a": 1, "b": [{"c": 2, "d": 3}]}) == digest_of({"b": [{"d": 3, "c": 2}], "a": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [(None, {}), (1, 1.5), (1, "1"), (1, True), ([1, 2], [2, 1]), ({"a": None}, {}), ("", None)],
    ids=["nothing", "number", "text", "flag", "order", "null", "empty"],
)
def test_different_values_are_told_apart(one, other):
    assert digest_of(one) != digest_of(other)


@pytest.mark.parametrize(
    "other",
    [
        call(key="K"),
        call(route=("POST", "/thing")),
        call(route=("POST", "/things", "id=1")),
        call(user_id=SECOND),
        call(organization_id=SECOND),
        call(impersonator_id=SECOND),
        call(by=PrincipalType.API_KEY),
    ],
    ids=["key", "route", "place", "user", "organization", "impersonator", "credential"],
)
def test_who_calls_what_under_which_key_makes_a_call(other):
    assert other.digest != call().digest


def test_a_person_who_has_signed_in_again_makes_the_same_call():
    assert call(session_id=FIRST).digest == call(session_id=SECOND).digest


def test_what_was_executed_is_final_and_what_was_not_is_not():
    final = {status for status in range(200, 600) if Answer(status, [], b"").is_final}

    assert final == {*range(200, 300), 402, 404, 409, 412}
