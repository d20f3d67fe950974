"""Signing up through a provider by an invitation: its mail, and the provider's word for the same address."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core import opaque_tokens
from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.models import Invitation, Membership, User
from tests.factories.account import bearer, make_account
from tests.factories.browser import Browser
from tests.factories.identity_provider import Person


@pytest.fixture(params=["invite_only"])
def sign_up(request):
    """Who may sign up."""
    return request.param


@pytest.fixture
async def organization(provider_world):
    return await provider_world.organization()


@pytest.fixture
def invite(provider_world, organization):
    """Invites an address; what the mail would carry."""

    async def invite(email, **values):
        issued = opaque_tokens.issue(TokenPurpose.INVITATION)
        await provider_world.invitation(organization, email=email, digest=issued.digest, **values)
        return issued.token

    return invite


async def place_of(resources, organization, email):
    """The role that the account of this address has there; None if there is none."""
    async with transaction(resources.engine) as session:
        return await session.scalar(
            select(Membership.role)
            .join(User, User.id == Membership.user_id)
            .where(Membership.organization_id == organization.id, User.email == email)
        )


async def is_open(resources, token):
    """Whether the invitation still waits for an answer."""
    digest = opaque_tokens.digest_of(token, TokenPurpose.INVITATION)
    async with transaction(resources.engine) as session:
        return bool(await session.scalar(select(func.count()).where(Invitation.digest == digest)))


@pytest.mark.parametrize("sign_up", ["invite_only", "open"], indirect=True)
async def test_who_is_invited_signs_up_through_a_provider_and_has_the_place(
    browser, alpha, resources, organization, invite
):
    person = Person()
    token = await invite(person.email, role="viewer")

    answer = await browser.sign_in("alpha", alpha, person, invitation=token)

    assert answer.status_code == 200, answer.text
    mine = await browser.client.get("/api/v1/organizations", headers=bearer(answer.json()))
    assert sorted(each["role"] for each in mine.json()["items"]) == ["owner", "viewer"]
    assert await place_of(resources, organization, person.email) == "viewer"
    assert not await is_open(resources, token)


async def test_an_invitation_to_another_address_makes_no_account_and_stays_good(
    browser, alpha, resources, invite
):
    token, person = await invite("somebody.else@example.org"), Person()

    answer = await browser.sign_in("alpha", alpha, person, invitation=token)

    assert (answer.status_code, answer.json()["code"]) == (403, "invitation_for_another")
    assert await is_open(resources, token)
    async with transaction(resources.engine) as session:
        assert await session.scalar(select(func.count()).where(User.email == person.email)) == 0


async def test_the_provider_s_word_is_needed_besides(browser, alpha, beta, resources, invite):
    """SEC-41: who has the mail has not yet proved that this identity is theirs."""
    person = Person()
    token = await invite(person.email)

    untrusted = await browser.sign_in("beta", beta, person, invitation=token)
    person.email_verified = False
    unverified = await browser.sign_in("alpha", alpha, person, invitation=token)

    assert [each.json()["code"] for each in (untrusted, unverified)] == ["identity_not_linked"] * 2
    assert await is_open(resources, token)


async def test_what_is_no_invitation_opens_nothing(browser, alpha, invite):
    """Neither a made-up one, nor one that is over, nor a token of another kind."""
    person = Person()
    past = await invite(person.email, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    tokens = [past, opaque_tokens.issue(TokenPurpose.INVITATION).token, past.replace("fgi_", "fgs_"), "x"]

    codes = [
        (await browser.sign_in("alpha", alpha, person, invitation=token)).json()["code"] for token in tokens
    ]

    assert codes == ["invalid_one_time_token"] * 2 + ["identity_not_linked"] * 2


async def test_an_invitation_is_used_once_by_whoever_comes_first(browser, alpha, resources, invite):
    """Of one person's two browsers at the same moment, one makes the account."""
    person = Person()
    token = await invite(person.email)
    browsers = [browser, Browser(browser.client)]
    urls = [await each.start("alpha", invitation=token) for each in browsers]

    answers = await asyncio.gather(
        *(each.finish("alpha", alpha.approve(url, person)) for each, url in zip(browsers, urls, strict=True))
    )

    assert 200 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {200, 400, 409}
    async with transaction(resources.engine) as session:
        assert await session.scalar(select(func.count()).where(User.email == person.email)) == 1


async def test_who_has_an_account_signs_in_and_keeps_the_invitation_to_accept_it(
    browser, alpha, provider_world, resources, invite
):
    account = await make_account(provider_world)
    token = await invite(account.email)

    answer = await browser.sign_in("alpha", alpha, Person(email=account.email), invitation=token)

    assert answer.status_code == 200
    assert await is_open(resources, token)


@pytest.mark.parametrize("sign_up", ["closed"], indirect=True)
async def test_where_nobody_may_sign_up_an_invitation_changes_nothing(browser, alpha, resources, invite):
    person = Person()
    token = await invite(person.email)

    answer = await browser.sign_in("alpha", alpha, person, invitation=token)

    assert (answer.status_code, answer.json()["code"]) == (403, "identity_not_linked")
    assert await is_open(resources, token)
