"""Where a session acts: its person's choice, and never where they have no place (SEC-52)."""

import asyncio

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.identifiers import new_id
from app.models import Membership, Session, User
from tests.factories.account import bearer, make_account
from tests.factories.locks import until_somebody_waits_for

PLACE = "/api/v1/auth/session/organization"
CREDITS = "/api/v1/credits"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def elsewhere(world, account):
    """Another organization, where the account's owner is a viewer."""
    organization = await world.organization()
    await world.member(organization, account.user, role="viewer")
    return organization


async def acts_in(client, tokens):
    """The organization of the session's next request."""
    answer = await client.get(CREDITS, headers=bearer(tokens))
    return answer.json().get("organization_id") if answer.status_code == 200 else answer.status_code


async def test_a_session_acts_where_it_was_moved_from_the_next_request_on(client, account, elsewhere):
    tokens = await account.login(client)
    before = await acts_in(client, tokens)

    answer = await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=bearer(tokens))

    assert answer.status_code == 200, answer.text
    assert answer.json()["organization_id"] == str(elsewhere.id)
    assert (before, await acts_in(client, tokens)) == (str(account.organization.id), str(elsewhere.id))


async def test_with_the_place_come_its_rights_and_no_others(client, account, elsewhere):
    tokens = await account.login(client)
    await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=bearer(tokens))

    answer = await client.post("/api/v1/api-keys", json={"name": "x"}, headers=bearer(tokens))

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_the_other_sessions_stay_where_they_are(client, account, elsewhere):
    tokens, other = await account.login(client), await account.login(client)

    await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=bearer(tokens))

    assert await acts_in(client, other) == str(account.organization.id)


async def test_a_foreign_organization_answers_as_an_absent_one(client, world, account):
    """SEC-49."""
    tokens, foreign = await account.login(client), await world.organization()

    answers = [
        await client.put(PLACE, json={"organization_id": str(each)}, headers=bearer(tokens))
        for each in (foreign.id, new_id())
    ]

    told = [answer.json() | {"request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert told[0]["code"] == "not_found"


async def test_a_session_of_a_suspended_organization_goes_on_elsewhere(client, world, account, elsewhere):
    tokens = await account.login(client)
    operator = await world.operator()
    place = f"/api/v1/organizations/{account.organization.id}/suspension"
    assert (await client.put(place, json={}, headers=operator.headers)).status_code in {200, 204}
    headers = bearer(tokens) | {"X-Organization": str(elsewhere.id)}

    stuck = await acts_in(client, tokens)
    answer = await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=headers)
    back = await client.put(
        PLACE, json={"organization_id": str(account.organization.id)}, headers=bearer(tokens)
    )

    assert (stuck, answer.status_code, back.status_code) == (401, 200, 404)
    assert await acts_in(client, tokens) == str(elsewhere.id)


async def test_who_leaves_goes_on_in_their_own_organization(client, account, elsewhere):
    """SEC-52: the right is gone with the next request, and the session is not."""
    tokens = await account.login(client)
    await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=bearer(tokens))

    left = await client.delete(f"/api/v1/organizations/{elsewhere.id}/membership", headers=bearer(tokens))

    assert left.status_code == 204
    assert await acts_in(client, tokens) == str(account.organization.id)


async def test_a_session_that_begins_while_its_person_is_removed_has_a_place(
    client, world, resources, account, elsewhere
):
    """SEC-52: it would be refused for ever in an organization that was left a moment before."""
    tokens = await account.login(client)
    await client.put(PLACE, json={"organization_id": str(elsewhere.id)}, headers=bearer(tokens))
    async with transaction(resources.engine) as session:
        await session.scalar(select(User).where(User.id == account.user.id).with_for_update())
        renewed = asyncio.create_task(
            client.post(
                "/api/v1/auth/reauthenticate", json={"password": account.password}, headers=bearer(tokens)
            )
        )
        await until_somebody_waits_for(session, resources)
        gone = await session.get_one(Membership, (elsewhere.id, account.user.id))
        await session.delete(gone)
        rows = await session.scalars(select(Session).where(Session.user_id == account.user.id))
        for row in rows.all():
            row.organization_id = account.organization.id

    answer = await renewed

    assert answer.status_code == 200
    assert await acts_in(client, answer.json()) == str(account.organization.id)
