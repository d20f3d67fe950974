"""Signing in: right away for who knows the password, and telling nothing to who does not."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore

import argon2
import pytest

from app.core.database import transaction
from app.core.passwords import PasswordHasher
from app.models import RefreshToken, User
from app.models.session import Session
from app.repositories.user_repository import UserRepository
from tests.factories.account import PASSWORD, bearer, make_account

LOGIN = "/api/v1/auth/login"


def a_stranger() -> str:
    return f"stranger-{secrets.token_hex(8)}@example.org"


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


@pytest.fixture
async def refusals(world):
    """The ways not to be let in: name -> credentials."""
    right = await make_account(world)
    outsider = await world.user(email=a_stranger(), hashed_password=right.user.hashed_password)
    return {
        "unknown": credentials(a_stranger()),
        "wrong password": credentials(right.email, "another password altogether"),
        "no password": credentials((await make_account(world, hashed_password=None)).email),
        "malformed hash": credentials((await make_account(world, hashed_password="$argon2id$broken")).email),
        "disabled": credentials((await make_account(world, is_active=False)).email),
        "no organization": credentials(outsider.email),
    }


async def test_every_refusal_has_the_same_status_body_and_headers(client, refusals):
    """SEC-06."""
    answers = {name: await client.post(LOGIN, json=body) for name, body in refusals.items()}

    seen = set()
    for answer in answers.values():
        document = {**answer.json(), "request_id": None}
        fields = [(name, value) for name, value in answer.headers.multi_items() if "ratelimit" not in name]
        headers = [field for field in fields if field[0] not in {"x-request-id", "date"}]
        seen.add((answer.status_code, repr(document), repr(headers)))
    assert len(seen) == 1
    assert answers["unknown"].status_code == 401
    assert answers["unknown"].json()["code"] == "invalid_login"
    assert answers["unknown"].headers["WWW-Authenticate"].startswith("Bearer ")


async def test_every_refusal_costs_exactly_one_comparison_of_today_s_cost(
    client, refusals, resources, monkeypatch
):
    """SEC-06, and A12 of the traps: no timing tells whether an account exists."""
    hasher = resources.password_hasher
    matches = hasher._matches
    compared: list[str] = []
    monkeypatch.setattr(
        hasher, "_matches", lambda password, stored: compared.append(stored) or matches(password, stored)
    )
    work = {}

    for name, body in refusals.items():
        compared.clear()
        await client.post(LOGIN, json=body)
        work[name] = [argon2.extract_parameters(stored) for stored in compared]

    assert all(len(made) == 1 for made in work.values()), work
    assert len({str(made) for made in work.values()}) == 1


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


async def test_the_sixth_attempt_in_a_minute_is_refused_before_any_comparison(
    client, world, resources, monkeypatch
):
    """SEC-56: taken before hashing; successes count like failures, and clear nothing."""
    account = await make_account(world)
    bodies = [credentials(account.email), *[credentials(account.email, "another password altogether")] * 4]
    statuses = [(await client.post(LOGIN, json=body)).status_code for body in bodies]
    monkeypatch.setattr(PasswordHasher, "check", None)

    answer = await client.post(LOGIN, json=credentials(account.email))

    assert statuses == [200, 401, 401, 401, 401]
    assert answer.status_code == 429
    assert answer.json()["limit"] == "login"
    assert 1 <= int(answer.headers["Retry-After"]) <= 12
    assert '"login"' in answer.headers["RateLimit-Policy"]


async def test_another_spelling_of_the_address_is_no_second_chance(client, world):
    account = await make_account(world)
    for _ in range(5):
        await client.post(LOGIN, json=credentials(account.email, "another password altogether"))

    answer = await client.post(LOGIN, json=credentials(account.email.upper()))

    assert answer.status_code == 429


async def test_unknown_accounts_are_limited_like_known_ones(client):
    email = a_stranger()

    statuses = [(await client.post(LOGIN, json=credentials(email))).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/email"),
        ({"email": "owner@example.org"}, "/password"),
        ({"email": "owner@example.org", "password": ""}, "/password"),
        ({"email": "owner@example.org", "password": "p" * 257}, "/password"),
        ({"email": "owner@example.org", "password": 5}, "/password"),
        ({"email": "owner@example.org", "password": None}, "/password"),
        ({"email": "owner@example.org", "password": True}, "/password"),
        ({"email": "owner", "password": PASSWORD}, "/email"),
        ({"email": "ow\u200bner@example.org", "password": PASSWORD}, "/email"),
        ({"email": "ow\x00ner@example.org", "password": PASSWORD}, "/email"),
        ({"email": "o" * 300 + "@example.org", "password": PASSWORD}, "/email"),
        ({"email": ["owner@example.org"], "password": PASSWORD}, "/email"),
        ({"email": "owner@example.org", "password": PASSWORD, "grant_type": "password"}, "/grant_type"),
        ({"email": "owner@example.org", "password": PASSWORD, "is_operator": True}, "/is_operator"),
    ],
)
async def test_a_malformed_login_is_refused_field_by_field_without_an_echo(client, body, pointer):
    answer = await client.post(LOGIN, json=body)

    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert PASSWORD not in answer.text
    assert "p" * 257 not in answer.text


async def test_a_form_is_no_login(client):
    """SEC-46: no OAuth2 password grant."""
    form = {"username": "owner@example.org", "password": PASSWORD, "grant_type": "password"}

    answer = await client.post(LOGIN, data=form)

    assert answer.status_code == 415


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


async def test_a_login_that_finds_no_place_to_be_compared_is_told_to_come_back(
    client, world, resources, monkeypatch
):
    """SEC-05."""
    account = await make_account(world)
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(resources.password_hasher, "_places", full)

    answer = await client.post(LOGIN, json=credentials(account.email))

    assert answer.status_code == 503
    assert answer.json()["code"] == "overloaded"
    assert int(answer.headers["Retry-After"]) >= 1


async def test_logins_that_wait_hold_up_nobody_else(client, world):
    """SEC-05: neither the event loop nor the connections of other requests."""
    accounts = [await make_account(world) for _ in range(8)]
    caller = await world.caller()
    logins = [
        asyncio.ensure_future(
            client.post(LOGIN, json=credentials(account.email, "another password altogether"))
        )
        for account in accounts
        for _ in range(5)
    ]
    served = 0

    while not all(login.done() for login in logins):
        answer = await client.get("/api/v1/users/me", headers=caller.headers)
        assert answer.status_code == 200
        served += 1

    assert [login.result().status_code for login in logins] == [401] * 40
    assert served >= 20
