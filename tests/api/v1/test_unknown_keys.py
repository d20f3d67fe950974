"""Floods of keys that nobody knows: slowed down by address, while known keys from there go on."""

import httpx2
import pytest

from app.core.api_key_secrets import checksum, parse
from app.main import create_app
from tests.factories.gate import VERIFY, question

OWN_ROUTE = "/api/v1/api-keys"
FORWARD_AUTH = "/api/v1/forward-auth"


@pytest.fixture(scope="module")
async def strict_app(settings):
    """The application with three unknown keys per minute and address."""
    limits = settings.limits.model_copy(update={"unknown_keys_per_address": 3})
    app = create_app(settings.model_copy(update={"limits": limits}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def calling(strict_app):
    """A client at an address."""

    def calling(address):
        transport = httpx2.ASGITransport(app=strict_app, client=(address, 1234))
        return httpx2.AsyncClient(transport=transport, base_url="http://test")

    return calling


@pytest.fixture
def unknown(resources):
    """Makes the headers with a key of good form that nobody knows."""
    return lambda: {"X-API-Key": resources.api_key_secrets.issue("live").api_key}


async def test_the_fourth_unknown_key_within_a_minute_is_refused_until_it_may_be_tried(calling, unknown):
    async with calling("198.51.100.1") as http:
        answers = [await http.get(OWN_ROUTE, headers=unknown()) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    refused = answers[3]
    assert (refused.json()["code"], refused.json()["limit"]) == ("rate_limited", "unknown_keys")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20


async def test_a_known_key_from_the_same_address_is_not_held_up(calling, unknown, world):
    key = (await world.caller()).headers
    async with calling("198.51.100.2") as http:
        for _ in range(5):
            await http.get(OWN_ROUTE, headers=unknown())

        assert (await http.get(OWN_ROUTE, headers=key)).status_code == 200


async def test_a_known_id_with_a_wrong_secret_counts_like_an_unknown_id(calling, world, resources):
    """Otherwise the refusals would tell which ids there are."""
    known = parse((await world.api_key(await world.organization())).api_key)
    strangers = [with_id(resources, known.lookup_id) for _ in range(4)]
    async with calling("198.51.100.3") as http:
        answers = [await http.get(OWN_ROUTE, headers={"X-API-Key": text}) for text in strangers]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_every_way_in_counts_together(calling, unknown):
    async with calling("2001:db8:7::1") as http:
        own = await http.get(OWN_ROUTE, headers=unknown())
        asked = await http.post(VERIFY, json=question("x"), headers=unknown())
        proxied = await http.get(FORWARD_AUTH, headers=unknown())
    # Trap B: an IPv6 /64 walked to escape.
    async with calling("2001:db8:7::2") as http:
        fourth = await http.post(VERIFY, json=question("x"), headers=unknown())

    assert [answer.status_code for answer in (own, asked, proxied, fourth)] == [401, 401, 401, 429]


async def test_a_key_of_bad_form_is_refused_without_a_look_at_the_limit(calling):
    async with calling("198.51.100.4") as http:
        answers = [await http.get(OWN_ROUTE, headers={"X-API-Key": "fg_live_x"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 6


async def test_what_a_service_asks_about_does_not_count_against_its_address(calling, unknown, world):
    service = await world.service_key()
    async with calling("198.51.100.5") as http:
        codes = []
        for _ in range(5):
            body = question(unknown()["X-API-Key"])
            codes.append((await http.post(VERIFY, json=body, headers=service.headers)).json()["code"])

    assert codes == ["NOT_FOUND"] * 5


def with_id(resources, lookup_id):
    """A key string of good form that has this id and another secret."""
    other = resources.api_key_secrets.issue("live").api_key
    body = f"fg_live_{lookup_id}{other[20:52]}"
    return body + checksum(body)
