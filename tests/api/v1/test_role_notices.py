"""Whoever gets another role in an organization is told by mail (SEC-12)."""

from tests.factories.members import make_member, members_of

CHANGED = "Your role in an organization was changed"


async def told(outbox, member):
    """The notices about roles that a member got."""
    return [mail for mail in await outbox.to(member.user.email) if CHANGED in str(mail)]


async def test_a_member_is_told_of_another_role_and_who_changed_it_is_not(client, world, outbox):
    organization = await world.organization()
    owner, member = [await make_member(world, organization, role) for role in ("owner", "viewer")]

    answer = await client.patch(
        f"{members_of(organization)}/{member.user.id}", json={"role": "admin"}, headers=owner.headers
    )

    assert answer.status_code == 200
    (mail,) = await told(outbox, member)
    assert "admin" in str(mail)
    assert await told(outbox, owner) == []


async def test_a_role_that_stays_the_same_is_no_news(client, world, outbox):
    organization = await world.organization()
    owner, member = [await make_member(world, organization, role) for role in ("owner", "viewer")]

    answer = await client.patch(
        f"{members_of(organization)}/{member.user.id}", json={"role": "viewer"}, headers=owner.headers
    )

    assert (answer.status_code, await told(outbox, member)) == (200, [])


async def test_both_are_told_when_an_organization_is_handed_over(client, world, outbox):
    organization = await world.organization()
    owner, heir = [await make_member(world, organization, role) for role in ("owner", "admin")]

    answer = await client.put(
        f"/api/v1/organizations/{organization.id}/ownership",
        json={"user_id": str(heir.user.id)},
        headers=owner.headers,
    )

    assert answer.status_code == 200
    assert [len(await told(outbox, each)) for each in (owner, heir)] == [1, 1]
