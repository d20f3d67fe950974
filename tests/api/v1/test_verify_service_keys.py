"""Who may ask the gate: a good key with `gate:verify`, and nothing is consumed for anyone else."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.core.scopes import Scope
from app.models import ApiKey, User
from tests.factories.gate import BATCH, VERIFY, question, verify
from tests.factories.statements import watched_statements

EXPIRED = {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}
REVOKED = {"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)}


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization(credits=10))


@pytest.fixture(params=["one", "batch"])
def ask(request, client, key):
    """Asks about the customer's key, alone or in a batch, with these headers."""

    async def ask(headers):
        if request.param == "one":
            return await client.post(VERIFY, json=question(key), headers=headers)
        return await client.post(BATCH, json={"items": [question(key)] * 2}, headers=headers)

    return ask


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="faregate"')


async def test_without_a_credential_there_is_no_verdict(world, ask, key):
    answer = await ask({})

    refused(answer, 401, "unauthenticated")
    assert await world.balance(key.row.organization_id) == 10


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": ""},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"X-API-Key": "nonsense"},
        {"X-API-Key": ""},
    ],
    ids=str,
)
async def test_what_is_no_credential_is_refused_without_asking_the_database(ask, headers):
    with watched_statements() as statements:
        answer = await ask(headers)

    refused(answer, 401, "invalid_credential")
    assert statements == []


@pytest.mark.parametrize("state", [EXPIRED, REVOKED, {"enabled": False}], ids=["expired", "revoked", "off"])
async def test_an_unusable_service_key_is_refused(world, ask, key, state):
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    service = await world.api_key(organization, scopes=[Scope.GATE_VERIFY], **state)

    answer = await ask(service.headers)

    refused(answer, 401, "invalid_credential")
    assert await world.balance(key.row.organization_id) == 10


async def test_a_key_without_the_scope_is_told_which_one_it_lacks(world, ask, key):
    answer = await ask(key.headers)

    refused(answer, 403, "insufficient_scope")
    assert answer.json()["required_scopes"] == ["gate:verify"]
    assert 'scope="gate:verify"' in answer.headers["WWW-Authenticate"]
    assert await world.balance(key.row.organization_id) == 10


async def test_the_scope_works_only_while_the_keys_creator_is_an_operator(world, ask, key, resources):
    service = await world.service_key()
    allowed = await ask(service.headers)

    async with transaction(resources.engine) as session:
        (await session.get_one(User, service.row.created_by)).is_operator = False

    assert allowed.status_code == 200
    refused(await ask(service.headers), 403, "insufficient_scope")


async def test_a_revoked_service_key_is_refused_on_the_very_next_call(ask, world, resources):
    service = await world.service_key()
    assert (await ask(service.headers)).status_code == 200

    async with transaction(resources.engine) as session:
        (await session.get_one(ApiKey, service.row.id)).revoke(datetime.now(UTC))

    refused(await ask(service.headers), 401, "invalid_credential")


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
async def test_a_service_key_may_come_in_either_header(world, ask, header):
    service = await world.service_key()
    value = service.api_key if header == "X-API-Key" else f"bearer {service.api_key}"

    assert (await ask({header: value})).status_code == 200


async def test_an_operators_session_may_ask_too(world, ask):
    operator = await world.operator()

    assert (await ask(operator.headers)).status_code == 200


async def test_a_service_key_with_an_allow_list_works_from_there_and_is_forbidden_elsewhere(world, ask, key):
    """The client of these tests is 127.0.0.1."""
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    here, elsewhere = [
        await world.api_key(organization, scopes=[Scope.GATE_VERIFY], allowed_cidrs=cidrs)
        for cidrs in (["127.0.0.0/8"], ["192.0.2.0/24"])
    ]

    allowed, forbidden = await ask(here.headers), await ask(elsewhere.headers)

    assert allowed.status_code == 200
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "address_not_allowed")


async def test_a_service_key_on_a_plan_is_limited_by_it_and_told_429(world, client, key):
    """Trap C: 429 reported as 401."""
    operator = await world.user(is_operator=True)
    plan = await world.plan(minute=(2, 3_600))
    organization = await world.organization(owner=operator, plan=plan)
    service = await world.api_key(organization, scopes=[Scope.GATE_VERIFY])
    allowed = [await verify(client, service, key, cost=1) for _ in range(2)]

    answer = await client.post(VERIFY, json=question(key), headers=service.headers)

    assert [verdict["code"] for verdict in allowed] == ["VALID"] * 2
    assert answer.status_code == 429
    problem = answer.json()
    assert (problem["code"], problem["limit"]) == ("rate_limited", "minute")
    assert 1 <= problem["retry_after_seconds"] == int(answer.headers["Retry-After"]) <= 1_800
    assert await world.balance(key.row.organization_id) == 8


async def test_asking_costs_the_service_nothing(world, client, key):
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator, credits=5)
    service = await world.api_key(organization, scopes=[Scope.GATE_VERIFY])

    await verify(client, service, key, cost=3)

    assert await world.balance(organization.id) == 5


async def test_a_service_key_may_be_asked_about_itself(world, client):
    service = await world.service_key()

    verdict = await verify(client, service, service, cost=0, scopes=["gate:verify"])

    assert (verdict["code"], verdict["principal"]["key_id"]) == ("VALID", str(service.row.id))


async def test_a_key_that_expires_soon_is_good_until_then(world, ask):
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    service = await world.api_key(organization, scopes=[Scope.GATE_VERIFY], expires_at=soon)

    assert (await ask(service.headers)).status_code == 200
