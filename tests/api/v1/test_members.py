"""Members and their roles: nobody reaches above their own, and an organization keeps an owner."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.identifiers import new_id
from app.core.roles import Role
from app.models import ApiKey, Membership
from tests.factories.audit import events_about
from tests.factories.gate import verify
from tests.factories.members import ORGANIZATIONS, Member, make_member, members_of, place_of

ROLES = list(Role)


@pytest.fixture
async def organization(world):
    """An organization whose first owner is nobody's concern."""
    return await world.organization()


@pytest.fixture
def join(world, organization):
    async def join_as(role):
        return await make_member(world, organization, role)

    return join_as


@pytest.fixture
def role_of(resources, organization):
    async def read_role(member):
        query = select(Membership.role).where(
            Membership.organization_id == organization.id, Membership.user_id == member.user.id
        )
        async with transaction(resources.engine) as session:
            return await session.scalar(query)

    return read_role


async def fire_first_owner(world, resources, organization):
    """Leave the organization to those whom the test made."""
    owner_id = await world.owner_of(organization.id)
    async with transaction(resources.engine) as session:
        await session.delete(await session.get_one(Membership, (organization.id, owner_id)))


async def test_everybody_there_sees_who_belongs_to_the_organization(client, join, organization, world):
    viewer = await join("viewer")

    answer = await client.get(members_of(organization), headers=viewer.headers)

    page = answer.json()
    assert (answer.status_code, page["total"]) == (200, 2)
    assert page["items"][0]["user_id"] == str(await world.owner_of(organization.id))
    assert page["items"][1] | {"joined_at": None} == {
        "user_id": viewer.id,
        "email": viewer.user.email,
        "full_name": None,
        "role": "viewer",
        "joined_at": None,
    }


async def test_a_key_with_the_scope_lists_members_and_changes_nothing(client, join, organization, world):
    developer, key = await join("developer"), await world.api_key(organization)

    listed = await client.get(members_of(organization), headers=key.headers)
    changed = await client.patch(
        place_of(organization, developer), json={"role": "admin"}, headers=key.headers
    )

    assert listed.status_code == 200
    assert (changed.status_code, changed.json()["code"]) == (403, "session_required")


LEGAL = [
    (actor, before, after)
    for actor in (Role.OWNER, Role.ADMIN)
    for before in ROLES
    for after in ROLES
    if actor.reaches(before) and actor.reaches(after)
]


@pytest.mark.parametrize("actor", ROLES)
async def test_nobody_reaches_above_their_own_role(client, join, organization, role_of, actor):
    """Every role, towards every role, to every role."""
    who = await join(actor)
    for before in ROLES:
        for after in ROLES:
            member = await join(before)

            answer = await client.patch(
                place_of(organization, member), json={"role": after}, headers=who.headers
            )

            allowed = (actor, before, after) in LEGAL
            assert answer.status_code == (200 if allowed else 403), (before, after)
            assert await role_of(member) == (after if allowed else before)


async def test_a_new_role_acts_on_the_very_next_request(client, join, organization):
    owner, developer = await join("owner"), await join("developer")
    path = f"{ORGANIZATIONS}/{organization.id}"
    before = await client.patch(path, json={"name": "Mine"}, headers=developer.headers)

    await client.patch(place_of(organization, developer), json={"role": "admin"}, headers=owner.headers)

    after = await client.patch(path, json={"name": "Mine"}, headers=developer.headers)
    assert (before.status_code, after.status_code) == (403, 200)


async def test_who_was_lowered_lowers_nobody_any_more(client, join, organization, role_of):
    owner, fallen, other = await join("owner"), await join("admin"), await join("admin")
    await client.patch(place_of(organization, fallen), json={"role": "viewer"}, headers=owner.headers)

    answer = await client.patch(
        place_of(organization, other), json={"role": "viewer"}, headers=fallen.headers
    )

    assert answer.status_code == 403
    assert await role_of(other) == "admin"


@pytest.mark.parametrize("role", ["root", "Owner", "", None, 1])
async def test_an_unknown_role_is_refused(client, join, organization, role):
    owner, member = await join("owner"), await join("viewer")

    answer = await client.patch(place_of(organization, member), json={"role": role}, headers=owner.headers)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/role")


@pytest.mark.parametrize("actor", ROLES)
async def test_who_may_remove_whom(client, join, organization, role_of, actor):
    who = await join(actor)
    for role in ROLES:
        member = await join(role)

        answer = await client.delete(place_of(organization, member), headers=who.headers)

        allowed = actor.rules and actor.reaches(role)
        assert answer.status_code == (204 if allowed else 403), role
        assert await role_of(member) == (None if allowed else role)


async def test_who_is_removed_has_no_right_left_on_the_very_next_request(
    client, world, join, organization, resources
):
    """SEC-52: not by the session, not by naming the organization, not by a key that they made."""
    owner, member = await join("owner"), await join("admin")
    key = await world.api_key(organization, created_by=member.user.id)
    own = await world.api_key(organization, created_by=owner.user.id)
    service = await world.service_key()
    path = f"{ORGANIZATIONS}/{organization.id}"
    before = [await client.get(path, headers=each.headers) for each in (member, key)]

    await client.delete(place_of(organization, member), headers=owner.headers)

    named = {**member.headers, "X-Organization": str(organization.id)}
    after = [await client.get(path, headers=each) for each in (member.headers, key.headers, named)]
    assert [answer.status_code for answer in before] == [200, 200]
    assert [answer.status_code for answer in after] == [404, 401, 404]
    assert (await verify(client, service, key, cost=1))["code"] == "REVOKED"
    assert (await verify(client, service, own, cost=1))["code"] == "VALID"
    async with transaction(resources.engine) as session:
        assert (await session.get_one(ApiKey, key.row.id)).version == 2


async def test_whoever_is_out_is_told_by_mail(client, join, organization, outbox):
    owner, removed, gone = await join("owner"), await join("admin"), await join("viewer")

    await client.delete(place_of(organization, removed), headers=owner.headers)
    await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=gone.headers)

    for member in (removed, gone):
        (mail,) = await outbox.to(member.user.email)
        assert mail.subject == "You left an organization"
        assert "Test organization" in mail.text


async def test_every_change_of_the_members_is_in_the_trail_once(client, join, organization, resources):
    """SEC-63."""
    owner, member, heir, gone = [await join(role) for role in ("owner", "viewer", "admin", "developer")]
    ownership = f"{ORGANIZATIONS}/{organization.id}/ownership"

    await client.patch(place_of(organization, member), json={"role": "admin"}, headers=owner.headers)
    await client.delete(place_of(organization, member), headers=owner.headers)
    await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=gone.headers)
    await client.put(ownership, json={"user_id": heir.id}, headers=owner.headers)

    events = await events_about(resources.engine, organization.id)
    assert [(event.action, event.actor_id, event.target) for event in events] == [
        ("member_role_changed", owner.user.id, f"user:{member.id}"),
        ("member_removed", owner.user.id, f"user:{member.id}"),
        ("member_left", gone.user.id, f"user:{gone.id}"),
        ("ownership_transferred", owner.user.id, f"user:{heir.id}"),
    ]
    assert events[0].details == {"before": "viewer", "role": "admin"}
    assert events[1].details == {"role": "admin", "revoked_keys": 0}


async def test_a_key_does_not_come_back_with_its_maker(client, world, join, organization):
    """SEC-52: who is invited again begins anew."""
    owner, member = await join("owner"), await join("developer")
    key = await world.api_key(organization, created_by=member.user.id)
    await client.delete(place_of(organization, member), headers=owner.headers)

    await world.member(organization, member.user, role="owner")

    assert (await client.get("/api/v1/credits", headers=key.headers)).status_code == 401


async def test_the_sessions_of_who_is_removed_go_on_where_they_belong(client, join, organization):
    owner, member = await join("owner"), await join("developer")

    await client.delete(place_of(organization, member), headers=owner.headers)

    mine = (await client.get(ORGANIZATIONS, headers=member.headers)).json()
    read = await client.get(f"{ORGANIZATIONS}/{mine['items'][0]['organization_id']}", headers=member.headers)
    assert [item["role"] for item in mine["items"]] == ["owner"]
    assert read.status_code == 200


async def test_who_has_nowhere_else_to_be_gets_an_organization_of_their_own(
    client, world, join, organization
):
    owner, lonely = await join("owner"), await world.user()
    await world.member(organization, lonely, role="viewer")
    caller = await world.session_caller(lonely, organization)

    await client.delete(f"{members_of(organization)}/{lonely.id}", headers=owner.headers)

    (mine,) = (await client.get(ORGANIZATIONS, headers=caller.headers)).json()["items"]
    assert (mine["name"], mine["role"], mine["plan"]) == (lonely.email.partition("@")[0], "owner", "free")


async def test_a_key_of_a_lowered_maker_does_what_the_maker_may(client, world, join, organization):
    """SEC-52."""
    owner, member = await join("owner"), await join("admin")
    key = await world.api_key(organization, created_by=member.user.id)
    path = f"{ORGANIZATIONS}/{organization.id}"

    await client.patch(place_of(organization, member), json={"role": "viewer"}, headers=owner.headers)

    read = await client.get(path, headers=key.headers)
    written = await client.patch(path, json={"name": "Mine"}, headers=key.headers)
    assert (read.status_code, written.status_code) == (200, 403)


async def test_the_last_owner_is_neither_removed_nor_lowered_and_cannot_leave(
    client, world, join, organization, resources, role_of
):
    owner = await join("owner")
    await join("admin")
    await fire_first_owner(world, resources, organization)
    place = place_of(organization, owner)

    answers = [
        await client.patch(place, json={"role": "admin"}, headers=owner.headers),
        await client.delete(place, headers=owner.headers),
        await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=owner.headers),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "last_owner")] * 3
    assert await role_of(owner) == "owner"


async def test_an_owner_who_is_disabled_does_not_count(client, world, join, organization, resources):
    owner, disabled = await join("owner"), await join("owner")
    await fire_first_owner(world, resources, organization)
    async with transaction(resources.engine) as session:
        (await session.merge(disabled.user)).is_active = False

    answer = await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=owner.headers)

    assert answer.json()["code"] == "last_owner"


@pytest.mark.parametrize("way", ["leave", "lower", "remove each other"])
async def test_of_two_owners_who_go_at_once_one_stays(client, world, resources, way):
    for _ in range(5):
        first = await world.user()
        organization = await world.organization(owner=first)
        other = await make_member(world, organization, "owner")
        owners = [Member(first, await world.session_caller(first, organization)), other]

        answers = await asyncio.gather(*(go(client, organization, owners, i, way) for i in (0, 1)))

        assert await owners_of(resources, organization) in ([first.id], [other.user.id])
        assert min(answer.status_code for answer in answers) in {200, 204}
        assert max(answer.status_code for answer in answers) in {401, 403, 404, 409}


async def owners_of(resources, organization):
    query = select(Membership.user_id).where(
        Membership.organization_id == organization.id, Membership.role == "owner"
    )
    async with transaction(resources.engine) as session:
        return list(await session.scalars(query))


async def go(client, organization, owners, index, way):
    me, other = owners[index], owners[1 - index]
    if way == "leave":
        path = f"{ORGANIZATIONS}/{organization.id}/membership"
        return await client.delete(path, headers=me.headers)
    if way == "lower":
        return await client.patch(place_of(organization, me), json={"role": "viewer"}, headers=me.headers)
    return await client.delete(place_of(organization, other), headers=me.headers)


async def test_who_leaves_two_organizations_at_once_still_has_a_place(client, world, join, organization):
    person, second = await world.user(), await world.organization()
    for each in (organization, second):
        await world.member(each, person, role="developer")
    caller = await world.session_caller(person, organization)

    answers = await asyncio.gather(
        *(
            client.delete(f"{ORGANIZATIONS}/{each.id}/membership", headers=caller.headers)
            for each in (organization, second)
        )
    )

    mine = await client.get(ORGANIZATIONS, headers=caller.headers)
    assert [answer.status_code for answer in answers] == [204, 204]
    assert (mine.status_code, mine.json()["total"]) == (200, 1)


async def test_an_owner_hands_the_organization_over_and_stays_as_an_admin(
    client, join, organization, role_of
):
    owner, heir = await join("owner"), await join("viewer")

    answer = await client.put(
        f"{ORGANIZATIONS}/{organization.id}/ownership", json={"user_id": heir.id}, headers=owner.headers
    )

    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert (await role_of(heir), await role_of(owner)) == ("owner", "admin")


async def test_only_owners_hand_over_and_only_to_another_member(client, world, join, organization):
    owner, admin, stranger = await join("owner"), await join("admin"), await world.user()
    path = f"{ORGANIZATIONS}/{organization.id}/ownership"

    by_admin = await client.put(path, json={"user_id": admin.id}, headers=admin.headers)
    refused = [
        await client.put(path, json={"user_id": str(each)}, headers=owner.headers)
        for each in (stranger.id, new_id(), owner.user.id)
    ]

    assert (by_admin.status_code, by_admin.json()["code"]) == (403, "insufficient_role")
    assert {(each.status_code, each.json()["errors"][0]["code"]) for each in refused} == {
        (422, "unknown_member")
    }


async def test_operators_settle_the_affairs_of_any_organization(client, world, join, organization, role_of):
    operator, member = await world.operator(), await join("viewer")
    ownership = f"{ORGANIZATIONS}/{organization.id}/ownership"

    listed = await client.get(members_of(organization), headers=operator.headers)
    handed = await client.put(ownership, json={"user_id": member.id}, headers=operator.headers)

    assert (listed.status_code, handed.status_code) == (200, 200)
    assert await role_of(member) == "owner"


async def test_a_stale_session_changes_no_role(client, world, join, organization, role_of):
    """SEC-12."""
    owner, member = await join("owner"), await join("viewer")
    stale = await world.session_caller(
        owner.user, organization, authenticated_at=datetime.now(UTC) - timedelta(minutes=11)
    )
    ownership = f"{ORGANIZATIONS}/{organization.id}/ownership"

    answers = [
        await client.patch(place_of(organization, member), json={"role": "admin"}, headers=stale.headers),
        await client.delete(place_of(organization, member), headers=stale.headers),
        await client.put(ownership, json={"user_id": member.id}, headers=stale.headers),
    ]

    assert {each.json()["code"] for each in answers} == {"reauthentication_required"}
    assert await role_of(member) == "viewer"
