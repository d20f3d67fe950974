"""The shape of a verdict: who, what it cost, how the limits stand, what to copy onto one's own answer."""

import pytest

from app.core.scopes import MEMBER_SCOPES
from tests.factories.gate import VERIFY, question, verify


@pytest.fixture
async def service(world):
    return await world.service_key()


async def test_a_good_key_is_valid_and_charged_one_credit_by_default(client, world, service):
    organization = await world.organization(credits=10)
    key = await world.api_key(organization, scopes=["forecast:read", "blog_posts:read"])

    verdict = await verify(client, service, key)

    assert verdict == {
        "valid": True,
        "code": "VALID",
        "principal": {
            "version": 1,
            "subject": f"key:{key.row.id}",
            "type": "api_key",
            "organization_id": str(organization.id),
            "user_id": str(key.row.created_by),
            "key_id": str(key.row.id),
            "scopes": ["blog_posts:read", "forecast:read"],
            "metadata": {},
        },
        "credits": {"charged": 1, "remaining": 9},
        "limits": [],
        "headers": {},
        "charge_id": None,
        "replayed": False,
        "hold": None,
    }
    assert await world.balance(organization.id) == 9


async def test_an_access_token_is_verified_as_the_session_it_belongs_to(client, world, service):
    person = await world.caller(credits=10)

    verdict = await verify(client, service, person.credential, cost=2, scopes=["blog_posts:read"])

    assert (verdict["code"], verdict["credits"]) == ("VALID", {"charged": 2, "remaining": 8})
    principal = verdict["principal"]
    assert (principal["subject"], principal["type"]) == (f"user:{person.user_id}", "session")
    assert (principal["user_id"], principal["key_id"]) == (str(person.user_id), None)
    assert principal["organization_id"] == str(person.organization_id)
    assert principal["scopes"] == sorted([*MEMBER_SCOPES, "forecast:read", "forecast:write"])
    (entry,) = (await world.entries(person.organization_id))[1:]
    assert (entry.user_id, entry.api_key_id) == (person.user_id, None)


async def test_metadata_of_the_key_goes_to_the_api_behind_the_gate(client, world, service):
    metadata = {"tier": "gold", "seats": 3, "flags": {"beta": True}, "note": None}
    key = await world.api_key(await world.organization(), attributes=metadata)

    assert (await verify(client, service, key))["principal"]["metadata"] == metadata


async def test_limits_and_headers_are_those_of_the_asked_key(client, world, service):
    plan = await world.plan(minute=(60, 60), day=(100, 86_400))
    key = await world.api_key(await world.organization(plan=plan))

    verdict = await verify(client, service, key)

    assert verdict["limits"] == [
        {"name": "day", "limit": 100, "remaining": 99, "reset_after_seconds": 864, "exceeded": False},
        {"name": "minute", "limit": 60, "remaining": 59, "reset_after_seconds": 1, "exceeded": False},
    ]
    assert verdict["headers"] == {
        "RateLimit-Policy": '"day";q=100;w=86400, "minute";q=60;w=60',
        "RateLimit": '"day";r=99;t=864, "minute";r=59;t=1',
    }


async def test_the_http_answer_itself_never_carries_the_asked_keys_limits(client, world, service):
    key = await world.api_key(await world.organization(plan=await world.plan(minute=(1, 60))))

    for code in ("VALID", "RATE_LIMITED"):
        answer = await client.post(VERIFY, json=question(key), headers=service.headers)

        assert answer.json()["code"] == code
        assert not {"ratelimit", "ratelimit-policy", "retry-after"} & answer.headers.keys()


async def test_the_charge_is_in_the_ledger_with_the_request_id_and_the_key(client, world, service):
    organization = await world.organization()
    key = await world.api_key(organization)

    answer = await client.post(
        VERIFY, json=question(key, cost=5, charge_id="order-1042"), headers=service.headers
    )

    (entry,) = (await world.entries(organization.id))[1:]
    assert (entry.kind, entry.amount, entry.balance_after) == ("charge", -5, 995)
    assert (entry.charge_id, entry.request_id) == ("order-1042", answer.headers["X-Request-ID"])
    assert (entry.api_key_id, entry.user_id, entry.reason) == (key.row.id, None, "verify")


async def test_a_free_check_takes_limits_and_writes_no_entry(client, world, service):
    plan = await world.plan(minute=(2, 60))
    organization = await world.organization(credits=0, plan=plan)
    key = await world.api_key(organization)

    verdicts = [await verify(client, service, key, cost=0, charge_id="free") for _ in range(3)]

    assert [verdict["code"] for verdict in verdicts] == ["VALID", "VALID", "RATE_LIMITED"]
    assert verdicts[0]["credits"] == {"charged": 0, "remaining": 0}
    assert verdicts[0]["charge_id"] is None
    assert await world.entries(organization.id) == []


async def test_a_test_key_never_charges(client, world, service):
    organization = await world.organization(credits=3)
    key = await world.api_key(organization, environment="test")

    verdict = await verify(client, service, key, cost=1_000_000, charge_id="id")

    assert (verdict["code"], verdict["credits"]) == ("VALID", {"charged": 0, "remaining": 3})
    assert len(await world.entries(organization.id)) == 1


async def test_one_verification_is_one_request_and_one_charge(client, world, service):
    """Trap C: verify + session counted as two requests."""
    plan = await world.plan(minute=(10, 3_600))
    person = await world.caller(plan=plan, credits=10)

    verdict = await verify(client, service, person.credential)

    assert verdict["limits"][0]["remaining"] == 9
    assert await world.balance(person.organization_id) == 9


async def test_tags_are_taken_and_change_nothing(client, world, service):
    key = await world.api_key(await world.organization())

    verdict = await verify(client, service, key, tags=["mobile", "eu" * 32], charge_id="tagged")
    again = await verify(client, service, key, tags=[], charge_id="tagged")

    assert verdict["code"] == "VALID"
    assert again["replayed"]


async def test_the_answer_is_not_stored_by_any_cache(client, world, service):
    key = await world.api_key(await world.organization())

    answer = await client.post(VERIFY, json=question(key), headers=service.headers)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
