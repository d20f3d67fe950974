"""Invitations: a place offered by mail, answered once, by whoever can read the invited address."""

import asyncio
import dataclasses
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.core.roles import Role
from app.core.sign_up_policy import SignUpPolicy
from app.models import Invitation, Membership, Organization, User
from tests.factories.account import PASSWORD
from tests.factories.audit import events_about
from tests.factories.mails import token_in
from tests.factories.members import ORGANIZATIONS, invitations_of, make_member, place_of
from tests.factories.statements import watched_statements

ANSWERS = "/api/v1/invitations"


@pytest.fixture
async def organization(world):
    return await world.organization()


@pytest.fixture
async def owner(world, organization):
    return await make_member(world, organization, "owner")


@pytest.fixture
def email():
    return f"newcomer-{secrets.token_hex(8)}@example.org"


@pytest.fixture
def invite(client, organization, owner):
    async def invite_once(email, role="developer", by=None):
        body = {"email": email, "role": role}
        return await client.post(invitations_of(organization), json=body, headers=(by or owner).headers)

    return invite_once


@pytest.fixture
def token_for(invite, outbox):
    async def invite_and_read(email, **values):
        answer = await invite(email, **values)
        assert answer.status_code == 201, answer.text
        return token_in((await outbox.to(email.lower()))[-1])

    return invite_and_read


@pytest.fixture
def guest(world):
    """Makes somebody with an account and an organization of their own, signed in."""

    async def make_guest(**values):
        return await world.caller(**values)

    return make_guest


@pytest.fixture
def role_of(resources, organization):
    async def read_role(user_id):
        query = select(Membership.role).where(
            Membership.organization_id == organization.id, Membership.user_id == user_id
        )
        async with transaction(resources.engine) as session:
            return await session.scalar(query)

    return read_role


async def answer_with(client, how, token, by=None, **members):
    headers = by.headers if by else {}
    return await client.post(f"{ANSWERS}/{how}", json={"token": token, **members}, headers=headers)


def refused(answer):
    return answer.status_code, answer.json()["code"]


GONE = (400, "invalid_one_time_token")


async def test_who_is_invited_accepts_and_acts_there(client, token_for, guest, email, organization, role_of):
    person = await guest(email=email)
    token = await token_for(email.upper(), role="admin")

    accepted = await answer_with(client, "accept", token, by=person)

    named = {**person.headers, "X-Organization": str(organization.id)}
    acting = await client.patch(f"{ORGANIZATIONS}/{organization.id}", json={"name": "Ours"}, headers=named)
    assert (accepted.status_code, accepted.json()["organization_id"]) == (200, str(organization.id))
    assert (accepted.json()["role"], await role_of(person.user_id)) == ("admin", "admin")
    assert acting.status_code == 200


async def test_the_mail_leads_to_the_public_url_and_hides_the_token_in_the_fragment(
    invite, outbox, email, owner, resources
):
    """SEC-10, SEC-30."""
    answer = await invite(email)

    (mail,) = await outbox.to(email)
    token = token_in(mail)
    assert f"http://test/account/invitation#token={token}" in mail.text
    assert owner.user.email in mail.text
    assert token.startswith("fgi_")
    assert token not in answer.text
    async with transaction(resources.engine) as session:
        row = await session.scalar(select(Invitation).where(Invitation.email == email))
        assert token.encode() not in row.digest
        assert len(row.digest) == 32


async def test_a_name_is_no_link_and_no_header(client, invite, outbox, email, organization, owner):
    """SEC-69."""
    name = "<a href=https://evil.example>Bank</a> https://evil.example"
    await client.patch(f"{ORGANIZATIONS}/{organization.id}", json={"name": name}, headers=owner.headers)
    split = await client.patch(
        f"{ORGANIZATIONS}/{organization.id}", json={"name": "x\r\nBcc: all"}, headers=owner.headers
    )

    await invite(email)

    (mail,) = await outbox.to(email)
    assert "<a href=https" not in mail.html
    assert "https://evil.example" not in mail.text
    assert split.status_code == 422


async def test_an_address_with_an_account_is_invited_like_any_other(invite, guest, email, outbox):
    """SEC-07: the same answer, the same mail and the same work."""
    known = f"known-{secrets.token_hex(8)}@example.org"
    await guest(email=known)
    seen = []
    answers = []
    for address in (known, email):
        with watched_statements() as statements:
            answers.append(await invite(address))
        seen.append([statement for statement, _ in statements])

    told = [{**answer.json(), "id": 0, "email": 0, "created_at": 0, "expires_at": 0} for answer in answers]
    mails = [(await outbox.to(address))[0] for address in (known, email)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert told[0] == told[1]
    assert seen[0] == seen[1]
    assert mails[0].subject == mails[1].subject


@pytest.mark.parametrize("actor", list(Role))
async def test_nobody_offers_a_role_above_their_own(world, invite, organization, actor):
    who = await make_member(world, organization, actor)
    for role in Role:
        answer = await invite(f"{role}-{secrets.token_hex(8)}@example.org", role=role, by=who)

        allowed = actor.rules and actor.reaches(role)
        assert answer.status_code == (201 if allowed else 403), role


async def test_an_address_has_one_open_invitation_to_an_organization(client, invite, email, world):
    elsewhere = await world.caller()

    first, second = await invite(email), await invite(email)
    other = await client.post(
        f"{ORGANIZATIONS}/{elsewhere.organization_id}/invitations",
        json={"email": email, "role": "viewer"},
        headers=elsewhere.headers,
    )

    assert (first.status_code, refused(second), other.status_code) == (201, (409, "conflict"), 201)


async def test_of_two_invitations_of_an_address_at_once_one_is_sent(invite, email, outbox):
    answers = await asyncio.gather(*(invite(email) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await outbox.to(email)) == 1


async def test_a_member_is_not_invited(invite, owner):
    assert refused(await invite(owner.user.email)) == (409, "conflict")


async def test_open_invitations_are_listed_and_revoked(client, invite, token_for, email, organization, owner):
    token = await token_for(email)
    (listed,) = (await client.get(invitations_of(organization), headers=owner.headers)).json()["items"]

    revoked = await client.delete(f"{invitations_of(organization)}/{listed['id']}", headers=owner.headers)

    assert (listed["email"], listed["role"], listed["invited_by"]) == (email, "developer", owner.id)
    assert "token" not in listed
    assert revoked.status_code == 204
    assert refused(await answer_with(client, "decline", token)) == GONE
    assert (await client.get(invitations_of(organization), headers=owner.headers)).json()["total"] == 0
    assert (await invite(email)).status_code == 201


async def test_an_admin_does_not_revoke_what_is_above_them(client, world, invite, organization, email, owner):
    admin = await make_member(world, organization, "admin")
    invitation = (await invite(email, role="owner")).json()

    answer = await client.delete(f"{invitations_of(organization)}/{invitation['id']}", headers=admin.headers)

    assert refused(answer) == (403, "insufficient_role")
    assert (await client.get(invitations_of(organization), headers=owner.headers)).json()["total"] == 1


async def test_an_invitation_is_answered_once(client, token_for, guest, email):
    """SEC-09."""
    person = await guest(email=email)
    token = await token_for(email)

    answers = await asyncio.gather(
        *(answer_with(client, "accept", token, by=person) for _ in range(4)),
        *(answer_with(client, "decline", token) for _ in range(4)),
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in {200, 204}
    assert codes[1:] == [400] * 7


async def test_who_declines_is_no_member_and_may_be_invited_again(client, token_for, invite, email, guest):
    token = await token_for(email)

    declined = await answer_with(client, "decline", token)

    person = await guest(email=email)
    assert declined.status_code == 204
    assert refused(await answer_with(client, "accept", token, by=person)) == GONE
    assert (await invite(email)).status_code == 201


async def test_another_account_does_not_accept_and_uses_nothing_up(client, token_for, guest, email, role_of):
    token = await token_for(email)
    stranger, person = await guest(), await guest(email=email)

    by_stranger = await answer_with(client, "accept", token, by=stranger)

    assert refused(by_stranger) == (403, "invitation_for_another")
    assert await role_of(stranger.user_id) is None
    assert (await answer_with(client, "accept", token, by=person)).status_code == 200


async def test_who_is_a_member_by_now_keeps_their_role(
    client, world, token_for, guest, email, role_of, organization
):
    person = await guest(email=email)
    token = await token_for(email, role="owner")
    await world.member(organization, await world.get_user(person.user_id), role="viewer")

    answer = await answer_with(client, "accept", token, by=person)

    assert refused(answer) == (409, "conflict")
    assert await role_of(person.user_id) == "viewer"


async def test_an_invitation_is_over_after_seven_days(
    client, token_for, invite, guest, email, resources, organization, owner
):
    person = await guest(email=email)
    token = await token_for(email)
    async with transaction(resources.engine) as session:
        row = await session.scalar(select(Invitation).where(Invitation.email == email))
        assert timedelta(days=6, hours=23) < row.expires_at - datetime.now(UTC) <= timedelta(days=7)
        row.expires_at = datetime.now(UTC)

    accepted = await answer_with(client, "accept", token, by=person)
    declined = await answer_with(client, "decline", token)

    assert (refused(accepted), refused(declined)) == (GONE, GONE)
    assert (await client.get(invitations_of(organization), headers=owner.headers)).json()["total"] == 0
    assert (await invite(email)).status_code == 201


NOT_TOKENS = ["x", "fgi_", "fgs_" + "A" * 43, "fgi_" + "A" * 43, "fgi_" + "A" * 44]


@pytest.mark.parametrize("token", NOT_TOKENS)
@pytest.mark.parametrize("how", ["accept", "decline", "sign-up"])
async def test_what_is_no_invitation_opens_nothing(client, guest, how, token):
    """SEC-19."""
    members = {"password": PASSWORD} if how == "sign-up" else {}

    answer = await answer_with(client, how, token, by=await guest(), **members)

    assert refused(answer) == GONE


async def test_what_a_member_offered_ends_with_their_right_to(
    client, world, token_for, guest, email, organization, owner
):
    """SEC-52: by leaving, by being removed, by a lower role."""
    for end in ("removed", "left", "lowered", "lowered within"):
        admin = await make_member(world, organization, "owner" if end == "lowered within" else "admin")
        address = f"{secrets.token_hex(4)}-{email}"
        person = await guest(email=address)
        token = await token_for(address, by=admin, role="owner" if end == "lowered within" else "viewer")
        place = place_of(organization, admin)
        if end == "removed":
            await client.delete(place, headers=owner.headers)
        elif end == "left":
            path = f"{ORGANIZATIONS}/{organization.id}/membership"
            await client.delete(path, headers=admin.headers)
        else:
            role = "admin" if end == "lowered within" else "developer"
            await client.patch(place, json={"role": role}, headers=owner.headers)

        assert refused(await answer_with(client, "accept", token, by=person)) == GONE, end


async def test_an_admin_who_is_lowered_within_their_reach_keeps_what_they_may_offer(
    client, world, token_for, guest, email, organization, owner
):
    other = await make_member(world, organization, "owner")
    person = await guest(email=email)
    token = await token_for(email, by=other, role="viewer")
    await client.patch(place_of(organization, other), json={"role": "admin"}, headers=owner.headers)

    assert (await answer_with(client, "accept", token, by=person)).status_code == 200


@pytest.mark.parametrize("model", [User, Organization])
async def test_what_a_disabled_member_or_organization_offered_opens_nothing(
    client, token_for, guest, email, resources, organization, owner, model
):
    """SEC-51."""
    person, token = await guest(email=email), await token_for(email)
    row = owner.user.id if model is User else organization.id
    async with transaction(resources.engine) as session:
        await session.execute(update(model).where(model.id == row).values(is_active=False))

    assert refused(await answer_with(client, "accept", token, by=person)) == GONE


async def test_a_membership_that_ended_without_us_ends_what_it_offered(
    client, token_for, guest, email, resources, organization, owner
):
    person, token = await guest(email=email), await token_for(email)
    async with transaction(resources.engine) as session:
        await session.delete(await session.get_one(Membership, (organization.id, owner.user.id)))

    assert refused(await answer_with(client, "accept", token, by=person)) == GONE


async def test_an_invitation_accepted_while_its_sender_is_removed_is_one_or_the_other(
    client, world, token_for, guest, email, organization, owner, role_of
):
    """Whoever is first to lock the organization: never a member by a right that was gone already."""
    for _ in range(5):
        admin, address = await make_member(world, organization, "admin"), f"{secrets.token_hex(4)}-{email}"
        person, token = await guest(email=address), await token_for(address, by=admin)

        accepted, removed = await asyncio.gather(
            answer_with(client, "accept", token, by=person),
            client.delete(place_of(organization, admin), headers=owner.headers),
        )

        assert removed.status_code == 204
        assert (accepted.status_code == 200) == (await role_of(person.user_id) is not None)


async def test_every_turn_of_an_invitation_is_in_the_trail_once(
    client, token_for, invite, guest, email, organization, owner, resources
):
    """SEC-63: without addresses and tokens."""
    person = await guest(email=email)
    await answer_with(client, "accept", await token_for(email), by=person)
    await answer_with(client, "decline", await token_for(f"a{email}"))
    invited = (await invite(f"b{email}")).json()
    await client.delete(f"{invitations_of(organization)}/{invited['id']}", headers=owner.headers)

    events = await events_about(resources.engine, organization.id)

    assert [(event.action.removeprefix("invitation_"), event.actor_id) for event in events] == [
        ("created", owner.user.id),
        ("accepted", person.user_id),
        ("created", owner.user.id),
        ("declined", None),
        ("created", owner.user.id),
        ("revoked", owner.user.id),
    ]
    assert events[-1].target == f"invitation:{invited['id']}"
    assert {tuple(event.details) for event in events} == {("role",)}


async def test_a_stale_session_invites_nobody(world, invite, organization, owner, email):
    """SEC-12: a place given away outlives the session that was stolen."""
    long_ago = datetime.now(UTC) - timedelta(minutes=11)
    stale = await world.session_caller(owner.user, organization, authenticated_at=long_ago)

    assert refused(await invite(email, by=stale)) == (403, "reauthentication_required")


async def test_no_mailbox_is_filled_through_invitations(client, world, email):
    """SEC-56."""
    answers = []
    for _ in range(6):
        caller = await world.caller()
        path = f"{ORGANIZATIONS}/{caller.organization_id}/invitations"
        body = {"email": email, "role": "viewer"}
        answers.append(await client.post(path, json=body, headers=caller.headers))

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]


async def test_a_member_sends_thirty_invitations_an_hour(invite):
    answers = [await invite(f"{secrets.token_hex(8)}@example.org") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [201] * 30 + [429]


async def test_an_organization_has_so_many_open_invitations(world, invite, organization, resources):
    for _ in range(resources.settings.organizations.open_invitations_max):
        await world.invitation(organization)

    assert refused(await invite(f"{secrets.token_hex(8)}@example.org")) == (409, "conflict")


async def test_who_has_no_account_signs_up_through_the_invitation(
    client, token_for, email, organization, role_of, resources
):
    token = await token_for(email, role="viewer")

    signed_up = await answer_with(client, "sign-up", token, password=PASSWORD, full_name="New Comer")

    user_id = signed_up.json()["id"]
    login = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    mine = (await client.get(ORGANIZATIONS, headers=headers)).json()["items"]
    assert (signed_up.status_code, signed_up.json()["email"]) == (201, email)
    assert await role_of(user_id) == "viewer"
    assert {each["role"] for each in mine} == {"owner", "viewer"}
    assert refused(await answer_with(client, "sign-up", token, password=PASSWORD)) == GONE


async def test_a_refused_password_leaves_the_invitation_good(client, token_for, email):
    token = await token_for(email)

    short = await answer_with(client, "sign-up", token, password="short")
    related = await answer_with(client, "sign-up", token, password=f"{email} and more")

    assert {each.json()["code"] for each in (short, related)} == {"validation_failed"}
    assert (await answer_with(client, "sign-up", token, password=PASSWORD)).status_code == 201


async def test_an_address_with_an_account_signs_in_instead_of_up(client, token_for, guest, email, resources):
    """SEC-13: an invitation sets no password of an account that is there."""
    person, token = await guest(email=email), await token_for(email)

    answer = await answer_with(client, "sign-up", token, password=PASSWORD)

    assert refused(answer) == (409, "conflict")
    assert (await world_user(resources, person.user_id)).hashed_password is None
    assert (await answer_with(client, "accept", token, by=person)).status_code == 200


async def world_user(resources, user_id):
    async with transaction(resources.engine) as session:
        return await session.get_one(User, user_id)


@pytest.mark.parametrize(("policy", "status"), [(SignUpPolicy.CLOSED, 403), (SignUpPolicy.INVITE_ONLY, 201)])
async def test_invitations_open_what_is_open_to_them(
    client, app, resources, token_for, email, policy, status
):
    token = await token_for(email)
    accounts = resources.settings.accounts.model_copy(update={"sign_up": policy})
    settings = resources.settings.model_copy(update={"accounts": accounts})
    app.state.resources = dataclasses.replace(resources, settings=settings)

    try:
        answer = await answer_with(client, "sign-up", token, password=PASSWORD)
    finally:
        app.state.resources = resources

    assert answer.status_code == status
