"""People read and change themselves; operators list everyone."""

import asyncio
import secrets

import pytest

from app.core.scopes import Scope
from tests.factories.account import make_account

ME = "/api/v1/users/me"
USERS = "/api/v1/users"


def new_username() -> str:
    return f"u{secrets.token_hex(8)}"


async def test_a_caller_reads_their_own_profile_and_no_secret(client, caller):
    answer = await client.get(ME, headers=caller.headers)

    assert answer.status_code == 200
    assert answer.json()["id"] == str(caller.user_id)
    assert set(answer.json()) == {
        "id", "email", "username", "full_name", "is_active", "is_operator", "created_at", "updated_at"
    }  # fmt: skip


async def test_a_caller_changes_their_names_and_nothing_else(client, caller):
    username = new_username()
    before = (await client.get(ME, headers=caller.headers)).json()

    answer = await client.patch(
        ME, json={"username": username.upper(), "full_name": " Somebody Else "}, headers=caller.headers
    )

    assert answer.status_code == 200
    after = (await client.get(ME, headers=caller.headers)).json()
    assert answer.json() == after
    assert after["updated_at"] > before["updated_at"]
    changed = {"username": username, "full_name": "Somebody Else", "updated_at": after["updated_at"]}
    assert after == {**before, **changed}


async def test_a_member_left_out_stays_and_null_clears(client, caller):
    await client.patch(ME, json={"username": new_username(), "full_name": "Somebody"}, headers=caller.headers)

    answer = await client.patch(ME, json={"full_name": None}, headers=caller.headers)

    assert answer.json()["full_name"] is None
    assert answer.json()["username"] is not None


@pytest.mark.parametrize(
    "member",
    [
        {"email": "other@example.org"}, {"is_active": True}, {"is_operator": True}, {"is_superuser": True},
        {"hashed_password": "x"}, {"password": "x"}, {"id": "x"}, {"version": 9}, {"created_at": "x"},
        {"organization_id": "x"}, {"role": "owner"}, {"scopes": []},
    ],
    ids=lambda member: next(iter(member)),
)  # fmt: skip
async def test_a_member_that_only_the_server_writes_is_refused(client, caller, member):
    """SEC-48, A7 of the traps."""
    before = (await client.get(ME, headers=caller.headers)).json()

    answer = await client.patch(ME, json={"full_name": "Somebody", **member}, headers=caller.headers)

    assert answer.status_code == 422
    assert (await client.get(ME, headers=caller.headers)).json() == before


@pytest.mark.parametrize(
    "change",
    [
        {"username": ""}, {"username": "ab"}, {"username": "a" * 31}, {"username": "9lives"},
        {"username": "with space"}, {"username": "ümlaut"}, {"username": "a\x00bc"}, {"username": 5},
        {"username": True}, {"username": "abc\n"}, {"full_name": ""}, {"full_name": "   "},
        {"full_name": "n" * 256}, {"full_name": "a\x00b"}, {"full_name": "a\r\nBcc: b"}, {"full_name": 1.5},
        {"full_name": ["a"]},
    ],
    ids=lambda case: repr(case)[:40],
)  # fmt: skip
async def test_a_name_that_breaks_a_rule_is_refused_without_an_echo(client, caller, change):
    answer = await client.patch(ME, json=change, headers=caller.headers)

    (name,) = change
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize(
    "change", [{"username": "abc" + "d" * 27}, {"full_name": "n" * 255}, {"full_name": "李雷 Ñandú"}]
)
async def test_a_name_at_its_limit_is_accepted(client, caller, change):
    if "username" in change:
        change = {"username": new_username().ljust(30, "x")}

    answer = await client.patch(ME, json=change, headers=caller.headers)

    assert answer.status_code == 200
    assert change.items() <= answer.json().items()


async def test_a_username_belongs_to_one_person_whatever_its_case(client, world, caller):
    username = new_username()
    await world.user(username=username)

    answer = await client.patch(ME, json={"username": username.upper()}, headers=caller.headers)

    assert answer.status_code == 409
    assert answer.json()["detail"] == "This username is taken."


async def test_an_unchanged_profile_is_not_sent_again(client, caller):
    first = await client.get(ME, headers=caller.headers)

    answer = await client.get(ME, headers={**caller.headers, "If-None-Match": first.headers["ETag"]})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == first.headers["ETag"]


async def test_a_change_on_top_of_an_old_version_is_refused(client, caller):
    old = (await client.get(ME, headers=caller.headers)).headers["ETag"]
    changed = await client.patch(ME, json={"full_name": "First"}, headers={**caller.headers, "If-Match": old})

    answer = await client.patch(ME, json={"full_name": "Second"}, headers={**caller.headers, "If-Match": old})

    assert (changed.status_code, answer.status_code) == (200, 412)
    assert changed.headers["ETag"] != old
    assert (await client.get(ME, headers=caller.headers)).json()["full_name"] == "First"


async def test_changes_at_the_same_moment_all_take_place(client, caller):
    names = [f"Somebody {number}" for number in range(8)]

    answers = await asyncio.gather(
        *(client.patch(ME, json={"full_name": name}, headers=caller.headers) for name in names)
    )

    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.headers["ETag"] for answer in answers}) == 8


async def test_a_change_of_nothing_keeps_the_version(client, caller):
    before = await client.get(ME, headers=caller.headers)

    answer = await client.patch(ME, json={}, headers=caller.headers)

    assert answer.headers["ETag"] == before.headers["ETag"]
    assert answer.json() == before.json()


async def test_profile_scopes_are_asked_for(client, world):
    caller = await world.caller(by="api_key")
    organization = await world.organization()
    reader = await world.api_key(organization, scopes=[Scope.PROFILE_READ])
    other = await world.api_key(organization, scopes=[Scope.BLOG_POSTS_READ])

    assert (await client.patch(ME, json={}, headers=reader.headers)).status_code == 403
    assert (await client.get(ME, headers=other.headers)).status_code == 403
    assert (await client.patch(ME, json={}, headers=caller.headers)).status_code == 200


async def test_nobody_reads_or_lists_without_a_credential(client):
    """A9 of the traps: GET /users has no auth."""
    for answer in (await client.get(ME), await client.patch(ME, json={}), await client.get(USERS)):
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


async def test_only_operators_list_people(client, caller):
    answer = await client.get(USERS, headers=caller.headers)

    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == ["users:read"]


@pytest.fixture(params=["session", "api_key"])
async def operator(request, world):
    return await world.operator(by=request.param)


@pytest.mark.parametrize("field", ["email", "username", "full_name"])
async def test_the_search_looks_into_every_name_in_any_case(client, world, operator, field):
    """A10 of the traps: a count that ignores full_name."""
    mark = f"m{secrets.token_hex(6)}"
    value = f"{mark}@example.org" if field == "email" else mark
    user = await world.user(**{field: value})

    answer = await client.get(USERS, params={"search": mark.upper()}, headers=operator.headers)

    assert [item["id"] for item in answer.json()["items"]] == [str(user.id)]
    assert answer.json()["total"] == 1


@pytest.mark.parametrize("wild", ["%", "_", "\\", "/", "[", "*"])
async def test_the_search_takes_every_character_for_itself(client, world, operator, wild):
    mark = secrets.token_hex(6)
    plain = await world.user(full_name=f"{mark}x{mark}")
    marked = await world.user(full_name=f"{mark}{wild}{mark}")

    answer = await client.get(USERS, params={"search": f"{mark}{wild}{mark}"}, headers=operator.headers)

    found = [item["id"] for item in answer.json()["items"]]
    assert found == [str(marked.id)]
    assert str(plain.id) not in found


async def test_the_list_is_filtered_by_activity(client, world, operator):
    mark = f"m{secrets.token_hex(6)}"
    active = await world.user(full_name=mark)
    disabled = await world.user(full_name=mark, is_active=False)

    answers = [
        await client.get(USERS, params={"search": mark, "is_active": value}, headers=operator.headers)
        for value in ("true", "false")
    ]

    assert [[item["id"] for item in answer.json()["items"]] for answer in answers] == [
        [str(active.id)],
        [str(disabled.id)],
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, [2, 1, 0]),
        ("-created_at", [2, 1, 0]),
        ("created_at", [0, 1, 2]),
        ("email", [1, 0, 2]),
        ("username", [2, 0, 1]),
        ("full_name", [0, 2, 1]),
    ],
)
async def test_the_list_comes_in_the_order_asked_for(client, world, operator, sort, order):
    mark = f"m{secrets.token_hex(6)}"
    people = [
        await world.user(email=f"b.{mark}@example.org", username=f"b_{mark}", full_name="A"),
        await world.user(email=f"a.{mark}@example.org", username=None, full_name=None),
        await world.user(email=f"c.{mark}@example.org", username=f"a_{mark}", full_name="B"),
    ]
    query = {"search": mark} if sort is None else {"search": mark, "sort": sort}

    answer = await client.get(USERS, params=query, headers=operator.headers)

    assert [item["id"] for item in answer.json()["items"]] == [str(people[index].id) for index in order]


async def test_the_list_comes_in_pages_that_never_overlap(client, world, operator):
    mark = f"m{secrets.token_hex(6)}"
    people = {str((await world.user(full_name=mark)).id) for _ in range(5)}

    pages = [
        await client.get(
            USERS,
            params={"search": mark, "sort": "full_name", "page": page, "size": 2},
            headers=operator.headers,
        )
        for page in (1, 2, 3)
    ]

    seen = [item["id"] for page in pages for item in page.json()["items"]]
    assert [len(page.json()["items"]) for page in pages] == [2, 2, 1]
    assert set(seen) == people


@pytest.mark.parametrize(
    "query",
    [
        {"search": ""}, {"search": "s" * 101}, {"search": "a\x00"}, {"is_active": "maybe"},
        {"sort": "password"},
        {"sort": "hashed_password"}, {"sort": "-id"}, {"size": "0"}, {"size": "101"}, {"page": "0"},
        {"page": "1.5"}, {"unknown": "1"}, {"email": "x"},
    ],
    ids=lambda case: repr(case)[:40],
)  # fmt: skip
async def test_a_query_past_its_limits_is_refused(client, world, query):
    operator = await world.operator()

    assert (await client.get(USERS, params=query, headers=operator.headers)).status_code == 422


async def test_a_signed_in_person_without_any_names_has_a_profile(client, world):
    account = await make_account(world)
    tokens = await account.login(client)

    answer = await client.get(ME, headers={"Authorization": f"bearer {tokens['access_token']}"})

    assert answer.json()["email"] == account.email
