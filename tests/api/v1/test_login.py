"""Signing in with the right password: a session at once, and a hash that keeps up with the times."""

import asyncio
from datetime import UTC, datetime, timedelta

import argon2
import pytest

from app.core.database import transaction
from app.models import RefreshToken, User
from app.models.session import Session
from app.repositories.user_repository import UserRepository
from tests.factories.account import PASSWORD, bearer, make_account

LOGIN = "/api/v1/auth/login"


def credentials(email: str, password: str = PASSWORD) -> dict:
    return {"email": email, "password": password}


async def stored_user(resources, user_id) -> User:
    async with transaction(resources.engine) as session:
        return await session.get_one(User, user_id)


async def test_the_right_password_opens_a_session(client, world):
    account = await make_account(world)

    answer = await client.post(LOGIN, json=credentials(account.email))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {
        "access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_at", "session_id"
    }  # fmt: skip
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)


async def test_the_access_token_says_who_it_is_at_once(client, world):
    account = await make_account(world)
    tokens = await account.login(client)

    answer = await client.get("/api/v1/users/me", headers=bearer(tokens))

    assert answer.json()["id"] == str(account.user.id)


async def test_the_session_belongs_to_the_organization_joined_first(client, world, resources):
    account = await make_account(world)
    await world.organization(owner=account.user)

    tokens = await account.login(client)

    async with transaction(resources.engine) as session:
        opened = await session.get_one(Session, tokens["session_id"])
    assert opened.organization_id == account.organization.id


async def test_every_spelling_of_the_address_signs_in(client, world):
    account = await make_account(world)

    answer = await client.post(LOGIN, json=credentials(f"  {account.email.upper()} "))

    assert answer.status_code == 200


async def test_the_session_remembers_from_where_it_was_opened(client, world, resources):
    account = await make_account(world)

    answer = await client.post(
        LOGIN, json=credentials(account.email), headers={"User-Agent": "agent\t" + "x" * 300}
    )

    async with transaction(resources.engine) as session:
        opened = await session.get_one(Session, answer.json()["session_id"])
    assert opened.ip_address == "127.0.0.1"
    assert opened.user_agent == ("agent" + "x" * 300)[:255]


async def test_the_refresh_token_is_stored_only_as_a_digest(client, world, resources):
    tokens = await (await make_account(world)).login(client)

    async with transaction(resources.engine) as session:
        rows = await session.scalars(
            RefreshToken.__table__.select()
            .with_only_columns(RefreshToken.digest)
            .where(RefreshToken.session_id == tokens["session_id"])
        )
    (digest,) = rows
    assert len(digest) == 32
    assert tokens["refresh_token"].encode() not in digest


async def test_a_hash_of_older_parameters_is_renewed_by_a_good_login(client, world, resources):
    """SEC-04."""
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    account = await make_account(world, hashed_password=old)

    await account.login(client)

    renewed = await stored_user(resources, account.user.id)
    assert argon2.extract_parameters(renewed.hashed_password).memory_cost == 19_456
    assert renewed.version == account.user.version
    await account.login(client)


@pytest.mark.parametrize("values", [{}, {"is_active": False}])
async def test_a_refused_login_renews_nothing(client, world, resources, values):
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    account = await make_account(world, hashed_password=old, **values)
    password = PASSWORD if values else "another password altogether"

    answer = await client.post(LOGIN, json=credentials(account.email, password))

    assert answer.status_code == 401
    assert (await stored_user(resources, account.user.id)).hashed_password == old


async def test_logins_at_the_same_moment_all_succeed_and_leave_one_good_hash(client, world, resources):
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    account = await make_account(world, hashed_password=old)

    answers = await asyncio.gather(*(client.post(LOGIN, json=credentials(account.email)) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    renewed = await stored_user(resources, account.user.id)
    assert argon2.PasswordHasher().verify(renewed.hashed_password, PASSWORD)


async def test_a_password_changed_during_the_login_is_not_undone_by_the_renewal(resources, world):
    account = await make_account(world)

    async with transaction(resources.engine) as session:
        await UserRepository(session).replace_password_hash(account.user.id, old="seen before", new="renewed")

    assert (await stored_user(resources, account.user.id)).hashed_password == account.user.hashed_password


@pytest.mark.parametrize("password", ["\x00" * 15, "\U0001f511" * 15, " " * 15, f" {PASSWORD} "])
async def test_a_password_is_taken_as_it_is_given(client, world, resources, password):
    account = await make_account(world, hashed_password=await resources.password_hasher.hash(password))

    answer = await client.post(LOGIN, json=credentials(account.email, password))

    assert answer.status_code == 200
    assert (await client.post(LOGIN, json=credentials(account.email, password[:-1]))).status_code == 401


async def test_the_session_ends_after_ninety_days_whatever_happens(client, world, resources):
    tokens = await (await make_account(world)).login(client)

    async with transaction(resources.engine) as session:
        opened = await session.get_one(Session, tokens["session_id"])
    assert opened.expires_at - datetime.now(UTC) > timedelta(days=89)
    assert opened.expires_at - datetime.now(UTC) <= timedelta(days=90)
