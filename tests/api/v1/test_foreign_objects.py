"""Another organization's object answers exactly as an absent one, for every id a route takes (OWASP API1)."""

import pytest

from app.core.identifiers import new_id

ROUTES = [
    ("GET", "/api/v1/organizations/{organization_id}", None),
    ("PATCH", "/api/v1/organizations/{organization_id}", {"name": "Mine now"}),
    ("GET", "/api/v1/organizations/{organization_id}/members", None),
    ("GET", "/api/v1/organizations/{organization_id}/invitations", None),
    ("GET", "/api/v1/api-keys/{key_id}", None),
    ("PATCH", "/api/v1/api-keys/{key_id}", {"name": "Mine now"}),
    ("POST", "/api/v1/api-keys/{key_id}/rotate", {}),
    ("POST", "/api/v1/api-keys/{key_id}/revoke", None),
    ("DELETE", "/api/v1/api-keys/{key_id}", None),
    ("GET", "/api/v1/api-keys?organization_id={organization_id}", None),
    ("GET", "/api/v1/credits?organization_id={organization_id}", None),
    ("GET", "/api/v1/credits/ledger?organization_id={organization_id}", None),
]


@pytest.mark.parametrize(("method", "route", "body"), ROUTES, ids=lambda value: str(value)[:60])
async def test_a_foreign_object_answers_exactly_as_an_absent_one(client, world, caller, method, route, body):
    organization = await world.organization()
    key = await world.api_key(organization)
    foreign = route.format(organization_id=organization.id, key_id=key.row.id)
    absent = route.format(organization_id=new_id(), key_id=new_id())

    answers = [
        await client.request(
            method, path, headers=caller.headers, **({"json": body} if body is not None else {})
        )
        for path in (foreign, absent)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert what_is_told(answers[0]) == what_is_told(answers[1])
    assert (await client.get("/api/v1/credits", headers=key.headers)).status_code == 200


FOR_SESSIONS = [
    ("PATCH", "{organization}/members/{user_id}", {"role": "viewer"}),
    ("DELETE", "{organization}/members/{user_id}", None),
    ("PUT", "{organization}/ownership", {"user_id": "{user_id}"}),
    ("POST", "{organization}/invitations", {"email": "{email}", "role": "viewer"}),
    ("DELETE", "{organization}/invitations/{invitation_id}", None),
    ("DELETE", "{organization}/membership", None),
]
ORGANIZATIONS = "/api/v1/organizations"


@pytest.mark.parametrize(("method", "route", "body"), FOR_SESSIONS, ids=lambda value: str(value)[:60])
async def test_a_place_in_a_foreign_organization_answers_exactly_as_in_an_absent_one(
    client, world, method, route, body
):
    """SEC-49."""
    caller, foreign = await world.caller(), await world.organization()
    invitation = await world.invitation(foreign)
    existing = {"user_id": await world.owner_of(foreign.id), "invitation_id": invitation.id}
    cases = [
        {"organization": f"{ORGANIZATIONS}/{foreign.id}", **existing},
        {"organization": f"{ORGANIZATIONS}/{new_id()}", "user_id": new_id(), "invitation_id": new_id()},
    ]

    answers = [await send(client, caller, method, route, body, case) for case in cases]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert what_is_told(answers[0]) == what_is_told(answers[1])


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [each for each in FOR_SESSIONS if "_id}" in str(each)],
    ids=lambda value: str(value)[:60],
)
async def test_somebody_from_elsewhere_answers_exactly_as_nobody(client, world, method, route, body):
    """SEC-49: the organization is one's own, the other id is not."""
    caller, foreign = await world.caller(), await world.organization()
    invitation = await world.invitation(foreign)
    own = {"organization": f"{ORGANIZATIONS}/{caller.organization_id}"}
    cases = [
        {**own, "user_id": await world.owner_of(foreign.id), "invitation_id": invitation.id},
        {**own, "user_id": new_id(), "invitation_id": new_id()},
    ]

    answers = [await send(client, caller, method, route, body, case) for case in cases]

    status = 422 if method == "PUT" else 404
    assert [answer.status_code for answer in answers] == [status, status]
    assert what_is_told(answers[0]) == what_is_told(answers[1])


async def send(client, caller, method, route, body, names):
    names = {**names, "email": f"guest-{new_id()}@example.org"}
    json = {name: value.format(**names) for name, value in body.items()} if body else None
    content = {} if json is None else {"json": json}
    return await client.request(method, route.format(**names), headers=caller.headers, **content)


def what_is_told(answer):
    """The problem without what always differs: the path that was asked for and the request's id."""
    document = answer.json()
    del document["instance"], document["request_id"]
    return document, sorted(set(answer.headers) - {"content-length"})
