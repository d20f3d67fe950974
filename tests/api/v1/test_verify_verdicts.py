"""Every verdict over HTTP: a 200 each, nothing consumed by a refusal, the present state told at once."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.models import ApiKey, ApiKeySecret, Membership, Organization, Session, User
from tests.factories.gate import verify


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def organization(world):
    return await world.organization(credits=10, plan=await world.plan(minute=(1, 3_600)))


async def change(resources, model, key, **values):
    async with transaction(resources.engine) as session:
        row = await session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


def long_ago():
    return datetime.now(UTC) - timedelta(days=1)


async def test_a_key_that_was_never_issued_is_not_found(client, world, service, resources):
    verdict = await verify(client, service, resources.api_key_secrets.issue("live").api_key)

    assert verdict == {
        "valid": False,
        "code": "NOT_FOUND",
        "principal": None,
        "credits": {"charged": None, "remaining": None},
        "limits": [],
        "headers": {},
        "charge_id": None,
        "replayed": False,
        "hold": None,
    }


async def test_a_deleted_key_is_not_found(client, world, service, organization, resources):
    key = await world.api_key(organization)
    async with transaction(resources.engine) as session:
        await session.delete(await session.get_one(ApiKey, key.row.id))

    verdict = await verify(client, service, key)

    assert (verdict["code"], verdict["principal"]) == ("NOT_FOUND", None)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"revoked_at": long_ago()}, "REVOKED"),
        ({"enabled": False}, "DISABLED"),
        ({"expires_at": long_ago()}, "EXPIRED"),
    ],
)
async def test_an_unusable_key_tells_why_and_whose_it_is_and_consumes_nothing(
    client, world, service, organization, state, code
):
    key = await world.api_key(organization, **state)
    sibling = await world.api_key(organization)

    verdict = await verify(client, service, key, cost=4)

    assert (verdict["valid"], verdict["code"]) == (False, code)
    assert verdict["principal"]["key_id"] == str(key.row.id)
    assert verdict["credits"] == {"charged": 0, "remaining": 10}
    assert (await verify(client, service, sibling))["code"] == "VALID"


@pytest.mark.parametrize(
    ("values", "code"), [({"revoked_at": long_ago()}, "REVOKED"), ({"enabled": False}, "DISABLED")]
)
async def test_a_change_of_the_key_acts_on_the_very_next_call(
    client, world, service, organization, resources, values, code
):
    key = await world.api_key(organization)
    before = await verify(client, service, key, limits=[])

    await change(resources, ApiKey, key.row.id, **values)

    assert before["code"] == "VALID"
    assert (await verify(client, service, key, limits=[]))["code"] == code


async def test_a_disabled_user_or_organization_disables_its_keys_and_sessions_at_once(
    client, world, service, resources
):
    person = await world.caller()
    key = await world.api_key(await world.get_organization(person.organization_id))
    for model, row in ((User, person.user_id), (Organization, person.organization_id)):
        await change(resources, model, row, is_active=False)

        codes = [(await verify(client, service, each))["code"] for each in (key, person.credential)]

        assert codes == ["DISABLED", "DISABLED"]
        await change(resources, model, row, is_active=True)
    assert (await verify(client, service, key))["code"] == "VALID"


async def test_an_ended_or_expired_session_is_told_at_once(client, world, service, resources):
    person = await world.caller()
    await change(resources, Session, person.session_id, expires_at=long_ago())
    expired = await verify(client, service, person.credential)
    await change(resources, Session, person.session_id, revoked_at=long_ago())
    revoked = await verify(client, service, person.credential)

    assert (expired["code"], revoked["code"]) == ("EXPIRED", "REVOKED")


async def test_who_left_the_organization_spends_nothing_of_it_any_more(client, world, service, resources):
    """SEC-52: neither by the session nor by a key that they made."""
    person = await world.caller()
    key = await world.api_key(await world.get_organization(person.organization_id))
    async with transaction(resources.engine) as session:
        await session.delete(await session.get_one(Membership, (person.organization_id, person.user_id)))

    verdicts = [await verify(client, service, each, cost=5) for each in (person.credential, key)]

    assert [verdict["code"] for verdict in verdicts] == ["DISABLED"] * 2
    assert await world.balance(person.organization_id) == 1_000


async def test_a_rotated_out_string_is_revoked_and_the_key_stays_the_same(
    client, world, service, organization, resources
):
    """Trap C: rotation that copies the balance to the new key and doubles credits."""
    key = await world.api_key(organization)
    issued = resources.api_key_secrets.issue("live")
    await change(resources, ApiKeySecret, key.api_key[8:20], retired_at=long_ago())
    await world.save(
        ApiKeySecret(
            lookup_id=issued.lookup_id,
            api_key_id=key.row.id,
            digest=issued.digest,
            pepper_id=issued.pepper_id,
        )
    )

    old, new = [await verify(client, service, each, limits=[]) for each in (key, issued.api_key)]

    assert (old["code"], new["code"]) == ("REVOKED", "VALID")
    assert old["principal"]["key_id"] == new["principal"]["key_id"] == str(key.row.id)
    assert new["credits"] == {"charged": 1, "remaining": 9}


async def test_a_missing_scope_is_told_and_all_asked_ones_are_required(client, world, service, organization):
    key = await world.api_key(organization, scopes=["forecast:read", "blog_posts:read"])

    some = await verify(client, service, key, scopes=["forecast:read", "forecast:write"])
    all_of = await verify(client, service, key, scopes=["forecast:read", "blog_posts:read"])

    assert (some["code"], some["credits"]["charged"]) == ("INSUFFICIENT_SCOPE", 0)
    assert all_of["code"] == "VALID"


async def test_a_used_up_limit_refuses_with_everything_needed_to_come_back(
    client, world, service, organization
):
    key = await world.api_key(organization)
    await verify(client, service, key)

    verdict = await verify(client, service, key)

    assert verdict["code"] == "RATE_LIMITED"
    assert verdict["credits"] == {"charged": 0, "remaining": 9}
    (limit,) = verdict["limits"]
    assert (limit["name"], limit["remaining"], limit["exceeded"]) == ("minute", 0, True)
    seconds = verdict["headers"]["Retry-After"]
    assert 3_590 <= int(seconds) <= 3_600
    assert verdict["headers"]["RateLimit"] == f'"minute";r=0;t={seconds}'


async def test_a_call_that_cannot_be_paid_is_told_what_there_is(client, world, service, organization):
    """Trap C: a credit taken before the limit check, or a limit before the credit."""
    key = await world.api_key(organization)

    short = await verify(client, service, key, cost=11)
    paid = await verify(client, service, key, cost=10)

    assert (short["code"], short["credits"]) == ("INSUFFICIENT_CREDITS", {"charged": 0, "remaining": 10})
    assert short["limits"][0]["remaining"] == 1
    assert "Retry-After" not in short["headers"]
    assert (paid["code"], paid["credits"]) == ("VALID", {"charged": 10, "remaining": 0})


async def test_a_cap_is_reached_before_the_balance(client, world, service):
    organization = await world.organization(credits=100)
    capped, free = await world.api_key(organization, credit_cap=3), await world.api_key(organization)

    verdicts = [await verify(client, service, key, cost=2) for key in (capped, capped, free)]

    assert [verdict["code"] for verdict in verdicts] == ["VALID", "INSUFFICIENT_CREDITS", "VALID"]
    assert verdicts[1]["credits"] == {"charged": 0, "remaining": 98}


async def test_an_exhausted_or_expired_key_stays_where_it_is(client, world, service, resources):
    """Trap C: expired or exhausted keys deleted on use."""
    organization = await world.organization(credits=0)
    key = await world.api_key(organization, expires_at=datetime.now(UTC) + timedelta(days=1))
    assert (await verify(client, service, key))["code"] == "INSUFFICIENT_CREDITS"
    await change(resources, ApiKey, key.row.id, expires_at=long_ago())
    assert (await verify(client, service, key))["code"] == "EXPIRED"

    await change(resources, ApiKey, key.row.id, expires_at=None)
    await world.grant(organization.id, 5)

    assert (await verify(client, service, key))["code"] == "VALID"
