"""Who is not let in learns nothing about why, and holds up nobody."""

import asyncio
import secrets
from threading import BoundedSemaphore

import argon2
import pytest

from app.core.passwords import PasswordHasher
from tests.factories.account import PASSWORD, make_account

LOGIN = "/api/v1/auth/login"


def a_stranger() -> str:
    return f"stranger-{secrets.token_hex(8)}@example.org"


def credentials(email: str, password: str = PASSWORD) -> dict:
    return {"email": email, "password": password}


@pytest.fixture
async def refusals(client, world):
    """The ways not to be let in: name -> credentials."""
    unproved = a_stranger()
    await client.post("/api/v1/auth/sign-up", json={"email": unproved})
    right = await make_account(world)
    outsider = await world.user(email=a_stranger(), hashed_password=right.user.hashed_password)
    return {
        "unknown": credentials(a_stranger()),
        "wrong password": credentials(right.email, "another password altogether"),
        "no password": credentials((await make_account(world, hashed_password=None)).email),
        "malformed hash": credentials((await make_account(world, hashed_password="$argon2id$broken")).email),
        "disabled": credentials((await make_account(world, is_active=False)).email),
        "signed up, address not proved": credentials(unproved),
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
