"""Linking and unlinking: by who has just proved to be the owner, and never down to no way in."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.models import AuditEvent, ExternalIdentity, Session
from tests.factories.account import bearer, make_account
from tests.factories.browser import PROVIDERS, Browser
from tests.factories.identity_provider import Person

IDENTITIES = "/api/v1/auth/identities"


@pytest.fixture
async def account(provider_world):
    return await make_account(provider_world)


@pytest.fixture
async def owner(account, provider_client):
    """The headers of the account's fresh session."""
    return bearer(await account.login(provider_client))


async def own_identities(client, headers):
    answer = await client.get(IDENTITIES, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["identities"]


async def test_an_address_that_nobody_vouches_for_is_linked_by_its_owner(browser, beta, account, owner):
    """SEC-41."""
    person = Person(email=account.email)
    assert (await browser.sign_in("beta", beta, person)).status_code == 403

    linked = await browser.sign_in("beta", beta, person, headers=owner)

    assert linked.status_code == 201
    assert linked.json()["provider"] == "beta"
    answer = await browser.sign_in("beta", beta, person)
    me = await browser.client.get("/api/v1/users/me", headers=bearer(answer.json()))
    assert me.json()["id"] == str(account.user.id)


async def test_linking_opens_no_session(browser, beta, owner):
    answer = await browser.sign_in("beta", beta, Person(), headers=owner)

    assert set(answer.json()) == {"id", "provider", "issuer", "email", "created_at", "last_used_at"}


async def test_linking_and_unlinking_are_told_by_mail_and_in_the_trail(
    browser, beta, account, owner, outbox, resources
):
    linked = await browser.sign_in("beta", beta, Person(), headers=owner)
    await browser.client.delete(f"{IDENTITIES}/{linked.json()['id']}", headers=owner)

    mails = await outbox.to(account.email)
    assert [mail.subject for mail in mails] == [
        "A sign-in provider was linked", "A sign-in provider was unlinked"
    ]  # fmt: skip
    target = f"identity:{linked.json()['id']}"
    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(AuditEvent.target == target).order_by(AuditEvent.sequence)
        events = list(await session.scalars(query))
    assert [event.action for event in events] == ["provider_linked", "provider_unlinked"]
    assert {event.actor_id for event in events} == {account.user.id}


async def test_linking_again_changes_nothing(browser, beta, owner):
    person = Person()
    first = await browser.sign_in("beta", beta, person, headers=owner)

    again = await browser.sign_in("beta", beta, person, headers=owner)

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert len(await own_identities(browser.client, owner)) == 1


async def test_an_identity_of_another_account_stays_there(browser, beta, owner, provider_world):
    """SEC-40."""
    person = Person()
    other = bearer(await (await make_account(provider_world)).login(browser.client))
    await browser.sign_in("beta", beta, person, headers=other)

    answer = await browser.sign_in("beta", beta, person, headers=owner)

    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
    assert await own_identities(browser.client, owner) == []


@pytest.mark.parametrize("call", ["link", "unlink"])
async def test_a_session_that_was_proved_long_ago_links_and_unlinks_nothing(
    browser, beta, account, provider_client, resources, call
):
    """SEC-12, SEC-41."""
    tokens = await account.login(provider_client)
    linked = await browser.sign_in("beta", beta, Person(), headers=bearer(tokens))
    async with transaction(resources.engine) as session:
        long_ago = datetime.now(UTC) - timedelta(minutes=10, seconds=1)
        await session.execute(
            update(Session).where(Session.id == UUID(tokens["session_id"])).values(authenticated_at=long_ago)
        )

    if call == "link":
        answer = await provider_client.post(f"{PROVIDERS}/beta/link", json={}, headers=bearer(tokens))
    else:
        answer = await provider_client.delete(f"{IDENTITIES}/{linked.json()['id']}", headers=bearer(tokens))

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
    assert len(await own_identities(provider_client, bearer(tokens))) == 1


async def test_a_session_that_has_ended_meanwhile_links_nothing(browser, beta, owner, resources):
    """SEC-21."""
    person = Person()
    answer = beta.approve(await browser.start("beta", headers=owner), person)
    await browser.client.post("/api/v1/auth/logout", headers=owner)

    refused = await browser.finish("beta", answer)

    assert refused.json()["code"] == "provider_sign_in_failed"
    async with transaction(resources.engine) as session:
        assert not await session.scalar(
            select(ExternalIdentity.id).where(ExternalIdentity.subject == person.sub)
        )


async def test_an_attempt_to_sign_in_never_links_to_who_is_signed_in(browser, alpha, account, owner):
    """SEC-41: what an attempt is for is said when it begins, by the session that begins it."""
    answer = alpha.approve(await browser.start("alpha"), Person())

    finished = await browser.client.post(
        f"{PROVIDERS}/alpha/callback", json=answer, headers=browser.headers | owner
    )

    assert finished.status_code == 200
    assert await own_identities(browser.client, owner) == []


async def test_an_unlinked_identity_signs_nobody_in(browser, beta, owner):
    person = Person()
    linked = await browser.sign_in("beta", beta, person, headers=owner)

    answer = await browser.client.delete(f"{IDENTITIES}/{linked.json()['id']}", headers=owner)

    assert answer.status_code == 204
    assert (await browser.sign_in("beta", beta, person)).status_code == 403


async def test_the_last_way_to_sign_in_stays(browser, alpha):
    """SEC-43."""
    person = Person()
    owner = bearer((await browser.sign_in("alpha", alpha, person)).json())
    (identity,) = await own_identities(browser.client, owner)

    answer = await browser.client.delete(f"{IDENTITIES}/{identity['id']}", headers=owner)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_login_method")
    assert (await browser.sign_in("alpha", alpha, person)).status_code == 200


async def test_of_two_ways_that_are_removed_at_once_one_stays(browser, alpha, beta):
    """SEC-43: exact, however close together."""
    owner = bearer((await browser.sign_in("alpha", alpha, Person())).json())
    await browser.sign_in("beta", beta, Person(), headers=owner)
    identities = await own_identities(browser.client, owner)

    answers = await asyncio.gather(
        *(browser.client.delete(f"{IDENTITIES}/{each['id']}", headers=owner) for each in identities)
    )

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert len(await own_identities(browser.client, owner)) == 1


async def test_an_identity_that_signs_in_while_it_is_unlinked_does_one_or_the_other(browser, beta, account):
    """Neither waits for the other for ever, and nobody is answered with an error of ours."""
    for _ in range(3):
        person, owner = Person(), bearer(await account.login(browser.client))
        linked = (await browser.sign_in("beta", beta, person, headers=owner)).json()
        others = browsers(browser, 4)
        answers = [beta.approve(await each.start("beta"), person) for each in others]

        signed_in, unlinked = await asyncio.gather(
            asyncio.gather(
                *(each.finish("beta", answer) for each, answer in zip(others, answers, strict=True))
            ),
            browser.client.delete(f"{IDENTITIES}/{linked['id']}", headers=owner),
        )

        assert unlinked.status_code == 204
        assert {answer.status_code for answer in signed_in} <= {200, 403}


def browsers(browser, number):
    """Other browsers."""
    return [Browser(browser.client) for _ in range(number)]


async def test_another_s_identity_answers_exactly_as_an_absent_one(browser, beta, owner, provider_world):
    """SEC-49."""
    other = bearer(await (await make_account(provider_world)).login(browser.client))
    foreign = (await browser.sign_in("beta", beta, Person(), headers=other)).json()["id"]
    absent = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"

    answers = [
        await browser.client.delete(f"{IDENTITIES}/{each}", headers=owner) for each in (foreign, absent)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert len(await own_identities(browser.client, other)) == 1


async def test_an_api_key_neither_links_nor_unlinks(provider_client, provider_world):
    caller = await provider_world.caller(by="api_key")

    answers = [
        await provider_client.post(f"{PROVIDERS}/alpha/link", json={}, headers=caller.headers),
        await provider_client.get(IDENTITIES, headers=caller.headers),
    ]

    assert [answer.json()["code"] for answer in answers] == ["session_required"] * 2


async def test_no_session_is_fresh_after_a_way_in_is_gone(browser, beta, owner):
    """SEC-36: whoever came in by it may not have been the owner."""
    identity = (await browser.sign_in("beta", beta, Person(), headers=owner)).json()["id"]
    place = f"/api/v1/auth/identities/{identity}"
    assert (await browser.client.delete(place, headers=owner)).status_code == 204

    answer = await browser.client.post("/api/v1/api-keys", json={"name": "x"}, headers=owner)

    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
