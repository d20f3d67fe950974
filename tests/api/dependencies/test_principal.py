"""Who is calling: JWT and API key alike, decided fresh for every request, and never by guessing."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import APIRouter

from app.api.dependencies.principal import PrincipalDep
from app.core.database import transaction
from app.models import ApiKey, Membership, Organization, Session, User
from tests.api.asgi import ask
from tests.api.dependencies.guarded import connect, mount
from tests.factories.statements import watched_statements

PATH = "/test/principal"
router = APIRouter(prefix="/test")


@router.get("/principal")
async def read_principal(caller: PrincipalDep) -> dict[str, object]:
    return {
        "subject": caller.subject,
        "type": caller.type,
        "organization_id": caller.organization_id,
        "user_id": caller.user_id,
        "scopes": sorted(caller.scopes),
    }


@pytest.fixture(scope="module")
def application(app):
    return mount(app, router)


@pytest.fixture
async def http(application):
    async with connect(application, "127.0.0.1") as client:
        yield client


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization())


async def change(resources, model, key, **values):
    async with transaction(resources.engine) as session:
        row = await session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


def long_ago():
    return datetime.now(UTC) - timedelta(days=1)


def refused(answer, code):
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="faregate"')


async def test_a_jwt_and_a_key_name_the_same_organization_and_person(http, caller):
    answer = await http.get(PATH, headers=caller.headers)

    assert answer.status_code == 200
    principal = answer.json()
    assert principal["organization_id"] == str(caller.organization_id)
    assert principal["user_id"] == str(caller.user_id)
    assert principal["type"] == ("api_key" if caller.key_id else "session")
    assert principal["subject"] == (f"key:{caller.key_id}" if caller.key_id else f"user:{caller.user_id}")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_the_schemes_case_does_not_matter(http, caller, scheme):
    answer = await http.get(PATH, headers={"Authorization": f"{scheme} {caller.credential}"})

    assert answer.status_code == 200


async def test_a_key_or_a_token_may_come_as_x_api_key(http, caller):
    assert (await http.get(PATH, headers={"X-API-Key": caller.credential})).status_code == 200


async def test_the_same_credential_in_both_headers_is_one_credential(http, caller):
    headers = {**caller.headers, "X-API-Key": caller.credential}

    assert (await http.get(PATH, headers=headers)).status_code == 200


async def test_nobody_is_asked_to_say_who_they_are(http):
    with watched_statements() as statements:
        answer = await http.get(PATH)

    refused(answer, "unauthenticated")
    assert statements == []


MALFORMED = {
    "no scheme": [("Authorization", "{good}")],
    "basic": [("Authorization", "Basic {good}")],
    "empty": [("Authorization", "")],
    "scheme only": [("Authorization", "Bearer")],
    "scheme and blank": [("Authorization", "Bearer ")],
    "tab": [("Authorization", "Bearer\t{good}")],
    "two tokens": [("Authorization", "Bearer {good} {good}")],
    "comma": [("Authorization", "Bearer {good}, Bearer {good}")],
    "empty key": [("X-API-Key", "")],
    "blank key": [("X-API-Key", " ")],
    "bearer in key": [("X-API-Key", "Bearer {good}")],
    "header twice": [("Authorization", "Bearer {good}"), ("Authorization", "Bearer {good}")],
    "key twice": [("X-API-Key", "{good}"), ("X-API-Key", "{good}")],
    "another case": [("authorization", "Bearer {good}"), ("AUTHORIZATION", "Bearer {good}")],
    "different": [("Authorization", "Bearer {good}"), ("X-API-Key", "{other}")],
    "bad beside good": [("Authorization", "Bearer nonsense"), ("X-API-Key", "{good}")],
    "good beside bad": [("Authorization", "Bearer {good}"), ("X-API-Key", "nonsense")],
    "empty beside good": [("Authorization", ""), ("X-API-Key", "{good}")],
    "good beside empty": [("Authorization", "Bearer {good}"), ("X-API-Key", "")],
    "basic beside good": [("Authorization", "Basic dTpw"), ("X-API-Key", "{good}")],
    "not ASCII": [("X-API-Key", "{good}é")],
    "NUL": [("X-API-Key", "{good}\x00")],
}


@pytest.mark.parametrize("headers", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_one_well_formed_credential_is_refused_without_asking_the_database(
    application, world, key, headers
):
    other = await world.api_key(await world.organization())
    sent = [(name, value.format(good=key.api_key, other=other.api_key)) for name, value in headers]

    with watched_statements() as statements:
        status, answered, _ = await ask(application, sent, path=PATH, method="GET")

    assert status == 401
    assert 'error="invalid_token"' in dict(answered)["www-authenticate"]
    assert statements == []


async def test_an_unusable_credential_never_falls_through_to_a_good_one(http, world, key):
    disabled = await world.api_key(await world.organization(), enabled=False)
    headers = {"Authorization": f"Bearer {disabled.api_key}", "X-API-Key": key.api_key}

    refused(await http.get(PATH, headers=headers), "invalid_credential")


@pytest.mark.parametrize(
    "state",
    [{"revoked_at": long_ago()}, {"enabled": False}, {"expires_at": long_ago()}],
    ids=["revoked", "disabled", "expired"],
)
async def test_a_change_of_the_key_acts_on_the_very_next_request(http, key, resources, state):
    before = await http.get(PATH, headers=key.headers)

    await change(resources, ApiKey, key.row.id, **state)

    assert before.status_code == 200
    refused(await http.get(PATH, headers=key.headers), "invalid_credential")


@pytest.mark.parametrize(
    "state", [{"revoked_at": long_ago()}, {"expires_at": long_ago()}], ids=["revoked", "expired"]
)
async def test_a_change_of_the_session_acts_on_the_very_next_request(http, world, resources, state):
    person = await world.caller()
    before = await http.get(PATH, headers=person.headers)

    await change(resources, Session, person.session_id, **state)

    assert before.status_code == 200
    refused(await http.get(PATH, headers=person.headers), "invalid_credential")


async def test_a_disabled_user_or_organization_is_refused_on_the_very_next_request(http, caller, resources):
    for model, row in ((User, caller.user_id), (Organization, caller.organization_id)):
        assert (await http.get(PATH, headers=caller.headers)).status_code == 200
        await change(resources, model, row, is_active=False)

        refused(await http.get(PATH, headers=caller.headers), "invalid_credential")

        await change(resources, model, row, is_active=True)


async def test_a_changed_role_acts_on_the_very_next_request(http, world, resources):
    person = await world.caller()
    as_owner = (await http.get(PATH, headers=person.headers)).json()["scopes"]

    await change(resources, Membership, (person.organization_id, person.user_id), role="viewer")

    as_viewer = (await http.get(PATH, headers=person.headers)).json()["scopes"]
    assert "blog_posts:write" in as_owner
    assert all(scope.endswith(":read") for scope in as_viewer)


async def test_a_key_used_from_a_foreign_address_is_forbidden(application, world):
    key = await world.api_key(await world.organization(), allowed_cidrs=["192.0.2.0/24", "2001:db8::/32"])
    answers = []
    for address in ("192.0.2.9", "2001:db8::9", "::ffff:192.0.2.9", "198.51.100.1", "2001:db9::1"):
        async with connect(application, address) as client:
            answers.append(await client.get(PATH, headers=key.headers))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 403]
    assert answers[-1].json()["code"] == "address_not_allowed"


async def test_the_allow_list_does_not_believe_a_raw_x_forwarded_for(http, world):
    """Trap B: `X-Forwarded-For` trusted raw."""
    key = await world.api_key(await world.organization(), allowed_cidrs=["192.0.2.0/24"])

    answer = await http.get(PATH, headers={**key.headers, "X-Forwarded-For": "192.0.2.9"})

    assert answer.status_code == 403


async def test_the_plans_limits_are_taken_and_shown_and_refused_with_429(http, world):
    """Trap C: 429 reported as 401."""
    caller = await world.caller(plan=await world.plan(minute=(2, 3_600)))

    answers = [await http.get(PATH, headers=caller.headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=2;w=3600'
    assert answers[0].headers["RateLimit"] == '"minute";r=1;t=1800'
    seconds = answers[2].headers["Retry-After"]
    assert answers[2].headers["RateLimit"] == f'"minute";r=0;t={seconds}'
    assert answers[2].json()["retry_after_seconds"] == int(seconds)


async def test_asking_who_one_is_costs_no_credits(http, world, caller):
    await http.get(PATH, headers=caller.headers)

    assert await world.balance(caller.organization_id) == 1_000
