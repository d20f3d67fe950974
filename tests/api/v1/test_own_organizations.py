"""A person's own organizations: listed, founded, chosen and left."""

import asyncio

import pytest

from tests.factories.members import ORGANIZATIONS, make_member, members_of


async def test_people_see_where_they_belong_and_as_what(client, world):
    person = await world.caller()
    second = await world.organization(plan="pro")
    await world.member(second, await world.get_user(person.user_id), role="viewer")
    await world.organization()

    answer = await client.get(ORGANIZATIONS, headers=person.headers)

    items = answer.json()["items"]
    assert [item["organization_id"] for item in items] == [str(person.organization_id), str(second.id)]
    assert [item["role"] for item in items] == ["owner", "viewer"]
    assert {name: items[1][name] for name in ("name", "plan", "is_active")} == {
        "name": "Test organization",
        "plan": "pro",
        "is_active": True,
    }


async def test_a_key_has_no_places_of_its_own(client, world):
    key = await world.caller(by="api_key")

    answers = [
        await client.get(ORGANIZATIONS, headers=key.headers),
        await client.post(ORGANIZATIONS, json={"name": "Mine"}, headers=key.headers),
        await client.delete(f"{ORGANIZATIONS}/{key.organization_id}/membership", headers=key.headers),
    ]

    assert {answer.json()["code"] for answer in answers} == {"session_required"}


async def test_who_founds_an_organization_owns_it_on_the_first_plan(client, world):
    person = await world.caller()

    founded = await client.post(ORGANIZATIONS, json={"name": " Acme "}, headers=person.headers)

    organization = founded.json()
    named = {**person.headers, "X-Organization": organization["id"]}
    read = await client.get(founded.headers["Location"], headers=named)
    balance = await client.get("/api/v1/credits", headers=named)
    assert (founded.status_code, organization["name"], organization["plan"]) == (201, "Acme", "free")
    assert (read.status_code, read.json()) == (200, organization)
    assert balance.json()["available"] == 0


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "a\nb"}, {"name": "x", "plan": "enterprise"}])
async def test_an_organization_needs_a_proper_name_and_takes_nothing_else(client, world, body):
    person = await world.caller()

    answer = await client.post(ORGANIZATIONS, json=body, headers=person.headers)

    assert answer.status_code == 422


async def test_a_person_owns_so_many_organizations_even_at_once(client, world, resources):
    person = await world.caller()
    owned_max = resources.settings.organizations.owned_per_user_max

    answers = await asyncio.gather(
        *(
            client.post(ORGANIZATIONS, json={"name": "One more"}, headers=person.headers)
            for _ in range(owned_max + 3)
        )
    )

    # One is the person's already.
    assert sorted(answer.status_code for answer in answers) == [201] * (owned_max - 1) + [409] * 4
    assert (await client.get(ORGANIZATIONS, headers=person.headers)).json()["total"] == owned_max


async def test_members_leave_whichever_organization_they_act_in(client, world):
    organization = await world.organization()
    member = await make_member(world, organization, "viewer")
    (home,) = [
        item["organization_id"]
        for item in (await client.get(ORGANIZATIONS, headers=member.headers)).json()["items"]
        if item["organization_id"] != str(organization.id)
    ]
    acting_at_home = {**member.headers, "X-Organization": home}

    left = await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=acting_at_home)

    again = await client.delete(f"{ORGANIZATIONS}/{organization.id}/membership", headers=acting_at_home)
    there = {**member.headers, "X-Organization": str(organization.id)}
    assert (left.status_code, again.status_code) == (204, 404)
    assert (await client.get(members_of(organization), headers=there)).status_code == 404
    assert (await client.get(f"{ORGANIZATIONS}/{home}", headers=member.headers)).status_code == 200


async def test_the_only_owner_does_not_leave(client, world):
    person = await world.caller()

    answer = await client.delete(
        f"{ORGANIZATIONS}/{person.organization_id}/membership", headers=person.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
