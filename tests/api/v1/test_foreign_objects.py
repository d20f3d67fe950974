"""Another organization's object answers exactly as an absent one, for every id a route takes (OWASP API1)."""

import pytest

from app.core.identifiers import new_id

ROUTES = [
    ("GET", "/api/v1/organizations/{organization_id}", None),
    ("PATCH", "/api/v1/organizations/{organization_id}", {"name": "Mine now"}),
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


def what_is_told(answer):
    """The problem without what always differs: the path that was asked for and the request's id."""
    document = answer.json()
    del document["instance"], document["request_id"]
    return document, sorted(set(answer.headers) - {"content-length"})
