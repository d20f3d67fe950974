"""Signing up: who proves an address has an account, and nobody learns whether others have one."""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.database import transaction
from app.core.sign_up_policy import SignUpPolicy
from app.models import Membership, OneTimeToken, Organization, User
from tests.factories.account import PASSWORD, bearer, make_account
from tests.factories.mails import code_in, token_in
from tests.factories.statements import watched_statements

SIGN_UP = "/api/v1/auth/sign-up"
LOGIN = "/api/v1/auth/login"
OTHER_PASSWORD = "quite another staple of horses"


@pytest.fixture
def email():
    return f"newcomer-{secrets.token_hex(8)}@example.org"


@pytest.fixture
def ask(client):
    async def ask_once(email):
        answer = await client.post(SIGN_UP, json={"email": email})
        assert answer.status_code == 202, answer.text
        return answer.json()["handle"]

    return ask_once


@pytest.fixture
def finish(client):
    async def finish_once(way="link", password=PASSWORD, **proof):
        return await client.post(f"{SIGN_UP}/{way}", json={"password": password, **proof})

    return finish_once


@pytest.fixture
def allow(app, resources):
    """Lets only those sign up whom a policy allows, for the rest of the test."""

    def allow(policy):
        accounts = resources.settings.accounts.model_copy(update={"sign_up": policy})
        settings = resources.settings.model_copy(update={"accounts": accounts})
        app.state.resources = replace(resources, settings=settings)

    yield allow
    app.state.resources = resources


@pytest.fixture
def find(resources):
    async def find_user(email):
        async with transaction(resources.engine) as session:
            return await session.scalar(select(User).where(User.email == email))

    return find_user


async def newest(outbox, email):
    return (await outbox.to(email))[-1]


async def test_who_follows_the_link_has_an_account_and_an_organization_of_their_own(
    client, ask, finish, find, outbox, email, resources
):
    await ask(email)
    token = token_in(await newest(outbox, email))

    answer = await finish(token=token, full_name="New Comer", organization_name="Acme")

    assert answer.status_code == 201
    assert answer.json()["email"] == email
    user = await find(email)
    assert user.email_verified_at is not None
    async with transaction(resources.engine) as session:
        membership = await session.scalar(select(Membership).where(Membership.user_id == user.id))
        organization = await session.get_one(Organization, membership.organization_id)
    assert (organization.name, membership.role) == ("Acme", "owner")
    tokens = (await client.post(LOGIN, json={"email": email, "password": PASSWORD})).json()
    assert (await client.get("/api/v1/users/me", headers=bearer(tokens))).json()["full_name"] == "New Comer"


async def test_who_types_the_code_has_an_account_too(client, ask, finish, outbox, email):
    handle = await ask(email)
    code = code_in(await newest(outbox, email))

    answer = await finish("code", handle=handle, code=code)

    assert answer.status_code == 201
    assert (await client.post(LOGIN, json={"email": email, "password": PASSWORD})).status_code == 200


async def test_before_the_address_is_proved_there_is_nothing(client, ask, find, outbox, email):
    """SEC-13: no account, so nothing that a stranger could have prepared in it."""
    await ask(email)

    assert await find(email) is None
    answer = await client.post(LOGIN, json={"email": email, "password": PASSWORD})
    assert answer.json()["code"] == "invalid_login"


async def test_an_attacker_who_asks_first_leaves_nothing_in_the_owner_s_account(
    client, ask, finish, outbox, email
):
    """SEC-13: the attacker's handle is void as soon as the owner asks, and a handle alone proves nothing."""
    attackers_handle = await ask(email)
    owners_handle = await ask(email)
    code = code_in(await newest(outbox, email))

    stolen = await finish("code", OTHER_PASSWORD, handle=attackers_handle, code=code)
    own = await finish("code", handle=owners_handle, code=code)

    assert (stolen.status_code, own.status_code) == (400, 201)
    attacker = await client.post(LOGIN, json={"email": email, "password": OTHER_PASSWORD})
    owner = await client.post(LOGIN, json={"email": email, "password": PASSWORD})
    assert (attacker.status_code, owner.status_code) == (401, 200)


async def test_an_attacker_who_asks_last_leaves_nothing_in_the_owner_s_account(
    client, ask, finish, outbox, email
):
    """SEC-13: the other order. The link in the newest mail sets the password of who follows it."""
    await ask(email)
    older = token_in(await newest(outbox, email))
    await ask(email)
    newer = token_in(await newest(outbox, email))

    assert (await finish(token=older)).status_code == 400
    assert (await finish(token=newer)).status_code == 201
    assert (await client.post(LOGIN, json={"email": email, "password": PASSWORD})).status_code == 200


async def test_a_link_and_a_code_work_once(ask, finish, outbox, email):
    """SEC-09."""
    handle = await ask(email)
    mail = await newest(outbox, email)
    await finish(token=token_in(mail))

    again = await finish(token=token_in(mail))
    by_code = await finish("code", handle=handle, code=code_in(mail))

    assert (again.status_code, by_code.status_code) == (400, 400)
    assert again.json()["code"] == by_code.json()["code"] == "invalid_one_time_token"


async def test_twenty_who_finish_at_once_make_one_account(ask, finish, outbox, email, resources):
    """SEC-08, SEC-09: one row, and no 500."""
    await ask(email)
    token = token_in(await newest(outbox, email))

    answers = await asyncio.gather(*(finish(token=token) for _ in range(20)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [400] * 19
    async with transaction(resources.engine) as session:
        assert await session.scalar(select(func.count()).where(User.email == email)) == 1


async def test_twenty_who_ask_at_once_leave_one_link_and_no_error(client, outbox, email, resources):
    """SEC-08: every spelling is one address."""
    spellings = [email, email.upper(), f" {email} ", email.replace("newcomer", "\uff4eewcomer")] * 5

    answers = await asyncio.gather(
        *(client.post(SIGN_UP, json={"email": spelling}) for spelling in spellings)
    )

    assert {answer.status_code for answer in answers} <= {202, 429}
    assert len(await outbox.to(email)) == [answer.status_code for answer in answers].count(202)
    async with transaction(resources.engine) as session:
        assert await session.scalar(select(func.count()).where(OneTimeToken.email == email)) == 1


@pytest.mark.parametrize(
    "spelling", ["ow\u200bner@example.org", "ow\u202ener@example.org", "a\x00b@example.org"]
)
async def test_an_address_that_hides_a_character_is_refused(client, spelling):
    """SEC-08."""
    answer = await client.post(SIGN_UP, json={"email": spelling})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/email"


async def test_an_address_with_an_account_is_answered_alike_and_told_by_mail(
    client, ask, finish, world, outbox, email
):
    """SEC-07."""
    account = await make_account(world)

    known = await client.post(SIGN_UP, json={"email": account.email})
    unknown = await client.post(SIGN_UP, json={"email": email})

    assert shape_of(known) == shape_of(unknown)
    (mail,) = await outbox.to(account.email)
    assert mail.subject == "You have an account already"
    assert "#token=" not in mail.text
    refused = await finish("code", handle=known.json()["handle"], code="123456")
    assert refused.json()["code"] == "invalid_one_time_token"


def shape_of(answer):
    """All of an answer but what is random and the limits."""
    left_out = {"x-request-id", "date"}
    headers = {n: v for n, v in answer.headers.items() if n not in left_out and "ratelimit" not in n}
    document = {name: len(value) for name, value in answer.json().items()}
    return answer.status_code, document, headers


async def test_known_and_unknown_addresses_cost_the_same_work(client, world, email, resources, monkeypatch):
    """SEC-07: the same statements, and no hash for either."""
    account = await make_account(world)
    monkeypatch.setattr(resources.password_hasher, "_run", None)

    with watched_statements() as known:
        await client.post(SIGN_UP, json={"email": account.email})
    with watched_statements() as unknown:
        await client.post(SIGN_UP, json={"email": email})

    assert [statement for statement, _ in known] == [statement for statement, _ in unknown]
    assert len(known) >= 4


@pytest.mark.parametrize("good", [True, False])
async def test_a_good_and_a_bad_link_cost_one_hash_each(
    client, ask, finish, outbox, email, resources, monkeypatch, good
):
    """SEC-07."""
    await ask(email)
    token = token_in(await newest(outbox, email)) if good else f"fgs_{'A' * 43}"
    hashed = []
    run = resources.password_hasher._run
    monkeypatch.setattr(resources.password_hasher, "_run", lambda work: hashed.append(1) or run(work))

    await finish(token=token)

    assert hashed == [1]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("passwordpassword", "password_common"),
        ("{email}!!", "password_contains_email"),
    ],
)
async def test_a_password_that_breaks_a_rule_leaves_the_link_good(
    ask, finish, find, outbox, email, password, code
):
    """SEC-02."""
    await ask(email)
    token = token_in(await newest(outbox, email))

    answer = await finish(token=token, password=password.format(email=email))

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/password", "detail": answer.json()["errors"][0]["detail"], "code": code}
    ]
    assert await find(email) is None
    assert (await finish(token=token)).status_code == 201


async def test_five_wrong_codes_end_the_code_though_each_answer_is_an_error(ask, finish, outbox, email):
    """SEC-09: the tries are kept, though what they answer is no success."""
    handle = await ask(email)
    code = code_in(await newest(outbox, email))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    statuses = [(await finish("code", handle=handle, code=wrong)).status_code for _ in range(5)]
    last = await finish("code", handle=handle, code=code)

    assert statuses == [400] * 5
    # By now the limit of codes speaks first; either way the code is over.
    assert last.status_code in {400, 429}


async def test_a_link_is_over_after_a_day(ask, finish, outbox, email, resources):
    """SEC-09."""
    await ask(email)
    token = token_in(await newest(outbox, email))
    async with transaction(resources.engine) as session:
        row = await session.scalar(select(OneTimeToken).where(OneTimeToken.email == email))
        assert timedelta(hours=23) < row.expires_at - resources.clock() <= timedelta(hours=24)
        row.expires_at = resources.clock()

    assert (await finish(token=token)).status_code == 400


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "x-forwarded-proto"])
async def test_the_link_is_the_public_url_whatever_the_request_says(client, outbox, email, header):
    """SEC-10."""
    await client.post(SIGN_UP, json={"email": email}, headers={header: "evil.example"})

    (mail,) = await outbox.to(email)
    assert "http://test/account/sign-up#token=fgs_" in mail.text
    assert "evil" not in mail.text + mail.html


@pytest.mark.parametrize("policy", [SignUpPolicy.INVITE_ONLY, SignUpPolicy.CLOSED])
async def test_where_not_everybody_may_nobody_begins_or_finishes(
    client, ask, finish, outbox, email, allow, policy
):
    await ask(email)
    token = token_in(await newest(outbox, email))
    allow(policy)

    answers = [await client.post(SIGN_UP, json={"email": email}), await finish(token=token)]

    assert {answer.json()["code"] for answer in answers} == {"sign_up_closed"}
    assert len(await outbox.to(email)) == 1


@pytest.mark.parametrize("member", ["is_operator", "email", "email_verified_at", "organization_id"])
async def test_a_member_that_only_the_server_writes_is_refused(finish, member):
    """SEC-48."""
    answer = await finish(token=f"fgs_{'A' * 43}", **{member: True})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{member}"
