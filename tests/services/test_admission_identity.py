"""Who a credential is, and what that lets it do."""

from datetime import timedelta

import pytest

from app.core.admission import AdmissionCall, AdmissionRequest
from app.core.scopes import DEVELOPER_SCOPES, MEMBER_SCOPES, OPERATOR_SCOPES, VIEWER_SCOPES, Scope
from app.services.admission_decision import decide
from tests.services.admission_stage import (
    CREDENTIALS,
    POLICY,
    START,
    Stage,
    make_key,
    make_session,
)

FORECAST = {"forecast:read"}


def identify(credential):
    """The principal that stands behind a credential."""
    presented, row = credential
    call = AdmissionCall([AdmissionRequest(presented, limits=())])
    (decided,), _ = decide([call], Stage().snapshot(new=(presented, row)), POLICY)
    return decided.verdicts[0].principal


def test_the_principal_of_a_key_is_the_key():
    principal = identify(CREDENTIALS["good"])

    row = CREDENTIALS["good"][1]
    assert (principal.subject, principal.key_id) == (f"key:{row.key_id}", row.key_id)
    assert (principal.organization_id, principal.user_id) == (row.organization_id, row.user_id)
    assert (principal.scopes, principal.session_id, principal.metadata) == (FORECAST, None, {})


def test_the_principal_of_a_session_is_the_person():
    principal = identify(CREDENTIALS["session"])

    row = CREDENTIALS["session"][1]
    assert (principal.subject, principal.key_id) == (f"user:{row.user_id}", None)
    assert principal.session_id == row.session_id


def test_a_key_hands_its_metadata_on():
    assert identify(make_key(metadata={"tier": "gold"})).metadata == {"tier": "gold"}


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("owner", MEMBER_SCOPES | FORECAST),
        ("admin", MEMBER_SCOPES | FORECAST),
        ("developer", DEVELOPER_SCOPES | FORECAST),
        ("viewer", VIEWER_SCOPES),
        (None, frozenset()),
    ],
)
def test_a_session_may_what_its_role_may(role, scopes):
    assert identify(make_session(role=role)).scopes == scopes
    assert identify(make_session(role=role, user_is_operator=True)).scopes == scopes | OPERATOR_SCOPES


def test_operators_scopes_work_on_a_key_only_while_its_creator_is_an_operator():
    scopes = ["forecast:read", Scope.GATE_VERIFY]

    assert identify(make_key(scopes=scopes)).scopes == FORECAST
    assert identify(make_key(scopes=scopes, user_is_operator=True)).scopes == set(scopes)


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("owner", ["organizations:write", "blog_posts:write", "blog_posts:read", "forecast:read"]),
        ("admin", ["organizations:write", "blog_posts:write", "blog_posts:read", "forecast:read"]),
        ("developer", ["blog_posts:write", "blog_posts:read", "forecast:read"]),
        ("viewer", ["blog_posts:read"]),
        (None, []),
    ],
)
def test_a_key_may_no_more_than_its_creator_may_now(role, scopes):
    """SEC-52: a role that is lowered takes its scopes from the keys, too, and gives none to them."""
    given = ["organizations:write", "blog_posts:write", "blog_posts:read", "forecast:read", "gate:verify"]

    assert identify(make_key(scopes=given, role=role)).scopes == set(scopes)
    assert identify(make_key(scopes=["blog_posts:read"], role=role)).scopes <= {"blog_posts:read"}


@pytest.mark.parametrize("kind", [make_key, make_session])
def test_a_credential_expires_in_its_very_instant(kind):
    good, expired = (
        kind(expires_at=START + timedelta(microseconds=1)),
        kind(expires_at=START),
    )
    calls = [AdmissionCall([AdmissionRequest(presented)]) for presented, _ in (good, expired)]

    decided, _ = decide(calls, Stage().snapshot(good=good, expired=expired), POLICY)

    assert [str(each.verdicts[0].code) for each in decided] == ["VALID", "EXPIRED"]


def test_a_rotated_string_works_until_the_overlap_ends():
    overlapping = make_key(retired_at=START + timedelta(microseconds=1))
    ended = make_key(retired_at=START)
    calls = [AdmissionCall([AdmissionRequest(presented)]) for presented, _ in (overlapping, ended)]

    decided, _ = decide(calls, Stage().snapshot(overlapping=overlapping, ended=ended), POLICY)

    assert [str(each.verdicts[0].code) for each in decided] == ["VALID", "REVOKED"]
