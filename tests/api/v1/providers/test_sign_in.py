"""Signing in through a provider: who comes back gets in as who they are, and not as anybody else."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.core.database import transaction
from app.models import AuditEvent, ExternalIdentity, User
from tests.factories.account import bearer, make_account
from tests.factories.browser import Browser
from tests.factories.factors import enrol_totp
from tests.factories.https_server import says
from tests.factories.identity_provider import Person
from tests.factories.locks import until_somebody_waits_for

ME = "/api/v1/users/me"


async def user_of(client, answer):
    """Who an answer's tokens are for."""
    assert answer.status_code == 200, answer.text
    return (await client.get(ME, headers=bearer(answer.json()))).json()


async def count(resources, *conditions):
    """How many rows there are."""
    async with transaction(resources.engine) as session:
        return await session.scalar(select(func.count()).where(*conditions))


async def test_who_proves_an_address_to_a_trusted_provider_signs_up_and_in(browser, alpha, resources):
    person = Person()

    answer = await browser.sign_in("alpha", alpha, person)

    me = await user_of(browser.client, answer)
    assert me["email"] == person.email
    async with transaction(resources.engine) as session:
        user = (await session.scalars(select(User).where(User.email == person.email))).one()
    assert user.hashed_password is None
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_same_person_is_the_same_user_the_next_time(browser, alpha):
    person = Person()
    first = await user_of(browser.client, await browser.sign_in("alpha", alpha, person))

    second = await user_of(browser.client, await browser.sign_in("alpha", alpha, person))

    assert second["id"] == first["id"]


async def test_another_address_of_the_same_subject_is_the_same_user(browser, alpha):
    """SEC-40: and the account keeps the address it has."""
    person = Person()
    first = await user_of(browser.client, await browser.sign_in("alpha", alpha, person))

    moved = Person(sub=person.sub)
    second = await user_of(browser.client, await browser.sign_in("alpha", alpha, moved))

    assert (second["id"], second["email"]) == (first["id"], person.email)


async def test_a_subject_is_another_person_at_another_issuer(browser, alpha, beta):
    """SEC-40."""
    person = Person()
    await browser.sign_in("alpha", alpha, person)

    answer = await browser.sign_in("beta", beta, person)

    assert (answer.status_code, answer.json()["code"]) == (403, "identity_not_linked")


async def test_names_that_people_choose_decide_nothing(browser, alpha):
    """SEC-40: preferred_username and the like are not looked at."""
    person = Person(more={"preferred_username": "root"})
    first = await user_of(browser.client, await browser.sign_in("alpha", alpha, person))

    impostor = Person(more={"preferred_username": "root"})
    second = await user_of(browser.client, await browser.sign_in("alpha", alpha, impostor))

    assert second["id"] != first["id"]


@pytest.mark.parametrize("has_account", [True, False], ids=["known address", "new address"])
@pytest.mark.parametrize(
    ("provider", "verified", "opens"),
    [
        ("alpha", True, True),
        ("alpha", False, False),
        ("alpha", None, False),
        ("alpha", "true", False),
        ("alpha", 1, False),
        ("alpha", [True], False),
        ("beta", True, False),
        ("beta", False, False),
        ("beta", None, False),
        ("beta", "true", False),
    ],
)
async def test_an_address_opens_an_account_only_if_a_trusted_provider_calls_it_verified(
    browser, provider_world, alpha, beta, provider, verified, opens, has_account
):
    """SEC-41: the whole truth table. Every account's own address has been proved: there are no others."""
    account = await make_account(provider_world) if has_account else None
    person = Person(email_verified=verified)
    if account:
        person.email = account.email

    answer = await browser.sign_in(provider, {"alpha": alpha, "beta": beta}[provider], person)

    if opens:
        me = await user_of(browser.client, answer)
        assert (me["id"] == str(account.user.id)) if account else me["email"] == person.email
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "identity_not_linked")


async def test_whether_an_address_has_an_account_is_not_told_to_who_has_not_proved_it(
    browser, provider_world, beta
):
    """SEC-07, SEC-41: the same answer, byte for byte but for the request id."""
    account = await make_account(provider_world)

    known = await browser.sign_in("beta", beta, Person(email=account.email))
    unknown = await browser.sign_in("beta", beta, Person())

    bodies = [answer.json() | {"request_id": ""} for answer in (known, unknown)]
    assert bodies[0] == bodies[1]


async def test_every_spelling_of_the_address_is_the_account_s(browser, provider_world, alpha):
    account = await make_account(provider_world)

    answer = await browser.sign_in("alpha", alpha, Person(email=account.email.upper()))

    assert (await user_of(browser.client, answer))["id"] == str(account.user.id)


@pytest.mark.parametrize("email", ["", "no address", "a\u202eb@example.org", None])
async def test_what_is_no_address_opens_nothing(browser, alpha, email):
    answer = await browser.sign_in("alpha", alpha, Person(email=email))

    assert answer.json()["code"] == "identity_not_linked"


async def test_an_address_that_only_the_user_info_tells_counts_as_well(browser, alpha):
    person = Person()
    alpha.metadata = {"userinfo_endpoint": f"{alpha.issuer}/userinfo"}
    alpha.claims = {"email": None, "email_verified": None}
    told = {"sub": person.sub, "email": person.email, "email_verified": True}
    alpha.server.answers["/userinfo"] = says(told)

    answer = await browser.sign_in("alpha", alpha, person)

    assert (await user_of(browser.client, answer))["email"] == person.email


async def test_user_info_about_somebody_else_is_refused(browser, alpha, provider_world):
    """SEC-39."""
    account = await make_account(provider_world)
    alpha.metadata = {"userinfo_endpoint": f"{alpha.issuer}/userinfo"}
    alpha.claims = {"email": None, "email_verified": None}
    told = {"sub": "another", "email": account.email, "email_verified": True}
    alpha.server.answers["/userinfo"] = says(told)

    answer = await browser.sign_in("alpha", alpha, Person())

    assert answer.json()["code"] == "provider_sign_in_failed"


async def test_sign_ins_at_the_same_moment_make_one_account(browser, alpha, resources):
    """SEC-40."""
    person = Person()
    browsers = [Browser(browser.client) for _ in range(5)]

    answers = await asyncio.gather(*(each.sign_in("alpha", alpha, person) for each in browsers))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert await count(resources, ExternalIdentity.subject == person.sub) == 1
    assert await count(resources, User.email == person.email) == 1


@pytest.mark.parametrize("banned", [False, True], ids=["disabled", "banned"])
async def test_a_disabled_account_opens_no_session(browser, alpha, provider_world, banned):
    """SEC-51: and nobody links anything to it."""
    ban = {"banned_at": datetime.now(UTC), "ban_reason": "x"} if banned else {}
    account = await make_account(provider_world, is_active=False, **ban)

    answer = await browser.sign_in("alpha", alpha, Person(email=account.email))

    assert answer.status_code == 401
    assert await count(provider_world.resources, ExternalIdentity.user_id == account.user.id) == 0


async def test_an_account_that_is_deleted_while_its_owner_signs_in_blocks_nobody(
    browser, alpha, provider_app
):
    """Each would wait for the other: the sign-in for the user, the deletion for the identity."""
    resources, person = provider_app.state.resources, Person()
    me = await user_of(browser.client, await browser.sign_in("alpha", alpha, person))
    async with transaction(resources.engine) as session:
        user = await session.get_one(User, me["id"], with_for_update={"key_share": True})
        signing_in = asyncio.create_task(browser.sign_in("alpha", alpha, person))
        await until_somebody_waits_for(session, resources)
        await session.delete(user)

    answer = await signing_in

    assert (answer.status_code, answer.json()["code"]) == (401, "provider_sign_in_failed")


async def test_a_second_factor_is_asked_for_here_too(browser, alpha, provider_world):
    """SEC-34: a provider is one factor, whatever it has asked for itself."""
    account = await make_account(provider_world)
    enrolled = await enrol_totp(browser.client, provider_world.resources, account)

    answer = await browser.sign_in(
        "alpha", alpha, Person(email=account.email, more={"amr": ["mfa"], "acr": "high"})
    )

    assert answer.status_code == 202
    assert set(answer.json()) == {"second_factor_required", "mfa_token", "expires_in", "methods"}
    body = {"mfa_token": answer.json()["mfa_token"], "code": enrolled.code()}
    proved = await browser.client.post("/api/v1/auth/mfa/totp", json=body)
    assert (await user_of(browser.client, proved))["id"] == str(account.user.id)


async def test_a_browser_that_keeps_its_session_in_cookies_gets_them(browser, alpha):
    answer = alpha.approve(await browser.start("alpha"), Person())
    headers = browser.headers | {"X-Session-Transport": "cookie", "Origin": "http://test"}

    finished = await browser.client.post(
        "/api/v1/auth/providers/alpha/callback", json=answer, headers=headers
    )

    assert finished.status_code == 204
    names = [cookie.partition("=")[0] for cookie in finished.headers.get_list("set-cookie")]
    assert len(names) == 3
    assert all(name.startswith("__Host-faregate") for name in names)


async def test_the_sign_in_is_in_the_audit_trail_and_the_link_in_the_owner_s_mail(
    browser, alpha, provider_world, resources, outbox
):
    account = await make_account(provider_world)

    await browser.sign_in("alpha", alpha, Person(email=account.email))

    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(AuditEvent.actor_id == account.user.id).order_by(AuditEvent.sequence)
        events = list(await session.scalars(query))
    assert [event.action for event in events] == ["provider_linked", "sign_in"]
    assert events[1].details["methods"] == "provider"
    (mail,) = await outbox.to(account.email)
    assert mail.subject.startswith("A sign-in provider was linked")
    assert "alpha" in mail.text


async def test_a_refused_sign_in_is_in_the_audit_trail(browser, beta, resources):
    person = Person()

    answer = await browser.sign_in("beta", beta, person)

    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(AuditEvent.request_id == answer.json()["request_id"])
        event = (await session.scalars(query)).one()
    assert (event.action, event.outcome) == ("sign_in_failed", "failure")
    assert event.details == {"provider": "beta", "reason": "the identity is not linked"}


class TestClosed:
    """Where nobody may sign up by themselves."""

    @pytest.fixture(params=["invite_only", "closed"])
    def sign_up(self, request):
        return request.param

    async def test_a_proved_address_makes_no_account(self, browser, alpha, resources):
        person = Person()

        answer = await browser.sign_in("alpha", alpha, person)

        assert answer.json()["code"] == "identity_not_linked"
        assert await count(resources, User.email == person.email) == 0

    async def test_who_has_an_account_signs_in(self, browser, alpha, provider_world):
        account = await make_account(provider_world)

        answer = await browser.sign_in("alpha", alpha, Person(email=account.email))

        assert answer.status_code == 200
