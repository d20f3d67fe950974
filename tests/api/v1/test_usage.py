"""Usage as customers and operators see it."""

import csv
import io

import pytest

from app.core.identifiers import new_id
from tests.factories.gate import verify

USAGE = "/api/v1/usage"


@pytest.fixture
async def used(client, world):
    """A customer with two used keys: three calls for 2 with tags, one for 5 without, a refusal."""
    service, customer = await world.service_key(), await world.caller(credits=11)
    organization = await world.get_organization(customer.organization_id)
    one, other = [await world.api_key(organization) for _ in range(2)]
    for _ in range(3):
        await verify(client, service, one, cost=2, tags=["=1+1", "nightly"])
    await verify(client, service, other, cost=5)
    await verify(client, service, other, cost=50)
    return customer, one, other


async def lines(client, caller, **query):
    """group -> calls, credits."""
    answer = await client.get(USAGE, params=query, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return {line["group"]: (line["calls"], line["credits"]) for line in answer.json()["items"]}


async def test_keys_that_were_used_most_come_first(client, used):
    customer, one, other = used

    by_calls = await lines(client, customer, group_by="key", outcome="VALID")
    by_credits = await lines(client, customer, group_by="key", outcome="VALID", sort="credits")

    assert (by_calls[str(one.row.id)], by_calls[str(other.row.id)]) == ((3, 6), (1, 5))
    assert list(by_credits)[:2] == [str(one.row.id), str(other.row.id)]


async def test_a_call_counts_once_and_once_for_each_of_its_tags(client, used):
    customer, one, _ = used

    assert await lines(client, customer, group_by="tag") == {"=1+1": (3, 6), "nightly": (3, 6)}
    assert await lines(client, customer, group_by="key", tag="nightly") == {str(one.row.id): (3, 6)}


@pytest.mark.parametrize("unit", ["hour", "day", "month"])
async def test_times_are_told_by_their_beginning_in_utc(client, used, unit):
    customer, *_ = used

    found = await lines(client, customer, group_by=unit, outcome="VALID", api_key_id=used[1].row.id)

    # Two, if an hour has just ended.
    assert sum(calls for calls, _ in found.values()) == 3
    assert all(name.endswith("00:00Z") for name in found)


async def test_the_gates_own_time_is_told(client, used):
    customer, *_ = used

    answer = await client.get(USAGE, params={"group_by": "tag"}, headers=customer.headers)

    line = answer.json()["items"][0]
    assert 0 < line["p50_us"] <= line["p99_us"]


async def test_more_groups_than_were_asked_for_are_told_of(client, used):
    customer, *_ = used

    answer = await client.get(USAGE, params={"group_by": "tag", "size": 1}, headers=customer.headers)

    assert (len(answer.json()["items"]), answer.json()["has_more"]) == (1, True)


async def test_an_operator_sees_everyone_s_use_and_chooses_whose(client, world, used):
    customer, *_ = used
    operator = await world.operator()
    chosen = str(customer.organization_id)

    everyones = await lines(client, operator, group_by="organization", size=1_000)
    theirs = await lines(client, operator, group_by="organization", organization_id=chosen)

    assert everyones[chosen] == theirs[chosen]
    assert list(theirs) == [chosen]


async def test_usage_of_another_organization_answers_as_absent(client, world, used):
    stranger = await world.caller()

    for chosen in (used[0].organization_id, new_id()):
        query = {"organization_id": str(chosen)}
        assert (await client.get(USAGE, params=query, headers=stranger.headers)).status_code == 404
    assert "nightly" not in await lines(client, stranger, group_by="tag")


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2024-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"until": "0001-01-02T00:00:00Z"},
    ],
    ids=["backwards", "long", "before-time"],
)
async def test_a_time_that_cannot_be_read_is_refused(client, world, query):
    caller = await world.caller()

    answer = await client.get(USAGE, params=query, headers=caller.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "since"


async def test_an_export_is_csv_without_formulas(client, used):
    customer, *_ = used

    answer = await client.get(f"{USAGE}/export", params={"group_by": "tag"}, headers=customer.headers)

    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == ["group", "calls", "credits", "p50_us", "p99_us"]
    assert {tuple(row[:3]) for row in rows} == {("'=1+1", "3", "6"), ("nightly", "3", "6")}
