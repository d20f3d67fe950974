"""Rotation, revocation and deletion: how strings of a key stop working."""

import asyncio

import pytest

from tests.factories.api_keys import KEYS, issue_key, verify


@pytest.fixture
async def service_key(world):
    return await world.service_key()


@pytest.fixture
async def key(client, caller):
    return await issue_key(client, caller)


@pytest.fixture
def url(key):
    return f"{KEYS}/{key['id']}"


async def test_a_rotated_key_has_a_new_string_and_stays_the_same_key(client, caller, key, url, service_key):
    answer = await client.post(f"{url}/rotate", json={}, headers=caller.headers)

    new = answer.json()
    assert answer.status_code == 200
    assert new["id"] == key["id"]
    assert new["api_key"][8:20] != key["api_key"][8:20]
    assert new["prefix"] == new["api_key"][:12]
    verdicts = [await verify(client, service_key, string) for string in (key["api_key"], new["api_key"])]
    assert [verdict["code"] for verdict in verdicts] == ["VALID", "VALID"]
    assert {verdict["principal"]["key_id"] for verdict in verdicts} == {key["id"]}


async def test_a_rotation_without_body_overlaps_for_a_day(client, caller, key, url, service_key):
    answer = await client.post(f"{url}/rotate", headers=caller.headers)

    assert answer.status_code == 200
    assert (await verify(client, service_key, key["api_key"]))["code"] == "VALID"


async def test_without_overlap_the_old_string_is_revoked_at_once(client, caller, key, url, service_key):
    new = await client.post(f"{url}/rotate", json={"overlap_seconds": 0}, headers=caller.headers)

    old = await verify(client, service_key, key["api_key"])

    assert old["code"] == "REVOKED"
    assert (await verify(client, service_key, new.json()["api_key"]))["code"] == "VALID"


async def test_an_urgent_rotation_ends_every_older_string(client, caller, key, url, service_key):
    second = await client.post(f"{url}/rotate", json={"overlap_seconds": 604_800}, headers=caller.headers)
    third = await client.post(f"{url}/rotate", json={"overlap_seconds": 0}, headers=caller.headers)

    strings = [key["api_key"], second.json()["api_key"], third.json()["api_key"]]

    codes = [(await verify(client, service_key, string))["code"] for string in strings]
    assert codes == ["REVOKED", "REVOKED", "VALID"]


async def test_a_later_rotation_prolongs_no_older_string(client, caller, key, url, service_key):
    await client.post(f"{url}/rotate", json={"overlap_seconds": 0}, headers=caller.headers)

    await client.post(f"{url}/rotate", json={"overlap_seconds": 604_800}, headers=caller.headers)

    assert (await verify(client, service_key, key["api_key"]))["code"] == "REVOKED"


async def test_rotation_touches_no_credits(client, world, service_key):
    """Trap C: rotation that copies the balance to the new key and doubles credits."""
    caller = await world.caller(credits=100)
    key = await issue_key(client, caller, credit_cap=10)
    await verify(client, service_key, key["api_key"], cost=6)

    new = await client.post(f"{KEYS}/{key['id']}/rotate", json={}, headers=caller.headers)
    verdicts = [
        await verify(client, service_key, string, cost=3)
        for string in (new.json()["api_key"], key["api_key"])
    ]

    assert [verdict["code"] for verdict in verdicts] == ["VALID", "INSUFFICIENT_CREDITS"]
    assert await world.balance(caller.organization_id) == 91


async def test_rotations_at_once_leave_one_current_string_each_in_turn(client, world):
    caller = await world.caller()
    key = await issue_key(client, caller)

    answers = await asyncio.gather(
        *(client.post(f"{KEYS}/{key['id']}/rotate", json={}, headers=caller.headers) for _ in range(4))
    )

    assert [answer.status_code for answer in answers] == [200] * 4
    prefix = (await client.get(f"{KEYS}/{key['id']}", headers=caller.headers)).json()["prefix"]
    assert prefix in {answer.json()["prefix"] for answer in answers}


async def test_a_rotation_changes_the_tag(client, caller, url):
    before = await client.get(url, headers=caller.headers)

    rotated = await client.post(f"{url}/rotate", json={}, headers=caller.headers)

    late = {**caller.headers, "If-Match": before.headers["ETag"]}
    assert (await client.post(f"{url}/rotate", json={}, headers=late)).status_code == 412
    assert (await client.get(url, headers=caller.headers)).headers["ETag"] == rotated.headers["ETag"]


@pytest.mark.parametrize("overlap", [-1, 604_801, True, "5", 5.0, None])
async def test_an_overlap_past_its_limits_is_refused(client, caller, key, url, service_key, overlap):
    answer = await client.post(f"{url}/rotate", json={"overlap_seconds": overlap}, headers=caller.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/overlap_seconds"


async def test_a_revoked_key_is_revoked_with_all_its_strings(client, caller, key, url, service_key):
    new = (await client.post(f"{url}/rotate", json={}, headers=caller.headers)).json()

    answer = await client.post(f"{url}/revoke", headers=caller.headers)

    assert (answer.status_code, answer.json()["revoked_at"] is not None) == (200, True)
    codes = {
        (await verify(client, service_key, string))["code"] for string in (key["api_key"], new["api_key"])
    }
    assert codes == {"REVOKED"}


async def test_revoking_twice_keeps_the_first_date(client, caller, url):
    first = await client.post(f"{url}/revoke", headers=caller.headers)

    second = await client.post(f"{url}/revoke", headers=caller.headers)

    assert (second.status_code, second.json()) == (200, first.json())


async def test_a_revoked_key_stays_revoked(client, caller, key, url, service_key):
    await client.post(f"{url}/revoke", headers=caller.headers)

    rotated = await client.post(f"{url}/rotate", json={}, headers=caller.headers)
    enabled = await client.patch(url, json={"enabled": True, "name": "Old"}, headers=caller.headers)

    assert (rotated.status_code, enabled.status_code) == (409, 200)
    assert (await verify(client, service_key, key["api_key"]))["code"] == "REVOKED"


async def test_a_key_that_revokes_itself_is_refused_on_the_very_next_request(client, world):
    key = await world.api_key(await world.organization())

    revoked = await client.post(f"{KEYS}/{key.row.id}/revoke", headers=key.headers)
    after = await client.get(KEYS, headers=key.headers)

    assert (revoked.status_code, after.status_code) == (200, 401)


async def test_a_deleted_key_was_never_there(client, caller, key, url, service_key):
    await client.post(f"{url}/rotate", json={}, headers=caller.headers)

    answer = await client.delete(url, headers=caller.headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(url, headers=caller.headers)).status_code == 404
    assert (await client.delete(url, headers=caller.headers)).status_code == 404
    assert (await verify(client, service_key, key["api_key"]))["code"] == "NOT_FOUND"


async def test_what_a_deleted_key_paid_stays_in_the_ledger(client, world, service_key):
    caller = await world.caller(credits=100)
    key = await issue_key(client, caller)
    await verify(client, service_key, key["api_key"], cost=6)

    await client.delete(f"{KEYS}/{key['id']}", headers=caller.headers)

    entries = (await client.get("/api/v1/credits/ledger", headers=caller.headers)).json()["items"]
    assert [(entry["amount"], entry["api_key_id"]) for entry in entries] == [(-6, key["id"]), (100, None)]


@pytest.mark.parametrize(("method", "path"), [("POST", "/revoke"), ("DELETE", "")])
async def test_a_key_that_has_changed_meanwhile_is_not_ended(client, caller, url, method, path):
    await client.patch(url, json={"name": "Changed"}, headers=caller.headers)

    answer = await client.request(method, url + path, headers={**caller.headers, "If-Match": '"1"'})

    assert answer.status_code == 412
