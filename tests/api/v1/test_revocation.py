"""What ends a session acts on the very next request, though its access token is good (SEC-21)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import transaction
from app.models import Membership, Organization, Session, User
from tests.factories.account import bearer, make_account

ME = "/api/v1/users/me"
USERS = "/api/v1/users"


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def headers(client, account):
    """Of a session that has just been good."""
    tokens = await account.login(client)
    assert (await client.get(ME, headers=bearer(tokens))).status_code == 200
    return bearer(tokens)


async def change(resources, model, key, **values) -> None:
    async with transaction(resources.engine) as session:
        row = await session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


async def session_of(resources, account):
    async with transaction(resources.engine) as session:
        return (
            await session.scalars(Session.__table__.select().where(Session.user_id == account.user.id))
        ).one()


async def test_a_disabled_user_is_refused_at_once_and_let_in_again_when_enabled(
    client, account, headers, resources
):
    """A8 of the traps: a deactivated user keeps working."""
    await change(resources, User, account.user.id, is_active=False)
    refused = await client.get(ME, headers=headers)

    await change(resources, User, account.user.id, is_active=True)

    assert refused.status_code == 401
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_a_suspended_organization_is_refused_at_once(client, account, headers, resources):
    await change(resources, Organization, account.organization.id, is_active=False)

    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_revoked_session_is_refused_at_once(client, account, headers, resources):
    await change(resources, Session, await session_of(resources, account), revoked_at=datetime.now(UTC))

    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_session_past_its_absolute_end_is_refused_though_the_token_lives(
    client, account, headers, resources
):
    """SEC-23."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await change(resources, Session, await session_of(resources, account), expires_at=past)

    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_role_that_is_lowered_takes_its_scopes_with_it(client, account, headers, resources):
    key = (account.organization.id, account.user.id)
    await change(resources, Membership, key, role="viewer")

    answer = await client.patch(ME, json={"full_name": "Somebody"}, headers=headers)

    assert answer.status_code == 403
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_an_operator_who_is_none_any_more_lists_nobody(client, world, resources):
    operator = await make_account(world, is_operator=True)
    headers = bearer(await operator.login(client))
    before = await client.get(USERS, headers=headers)

    await change(resources, User, operator.user.id, is_operator=False)

    assert before.status_code == 200
    assert (await client.get(USERS, headers=headers)).status_code == 403


async def test_a_session_that_is_gone_is_refused(client, account, headers, resources):
    async with transaction(resources.engine) as session:
        await session.delete(
            await session.get_one(
                Session,
                (
                    await session.scalars(
                        Session.__table__.select().where(Session.user_id == account.user.id)
                    )
                ).one(),
            )
        )

    assert (await client.get(ME, headers=headers)).status_code == 401
