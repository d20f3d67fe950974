"""The limit of those who do not say who they are: per address, over all public reads together."""

import secrets

import httpx2
import pytest

from app.main import create_app
from tests.factories.blog_posts import POSTS, publish_post


@pytest.fixture(scope="module")
async def strict_app(settings):
    """The application with three anonymous requests per minute and address."""
    limits = settings.limits.model_copy(update={"anonymous_per_address": 3})
    app = create_app(settings.model_copy(update={"limits": limits}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def visit(strict_app):
    """Reads as a stranger, each time from an address that nobody had before unless one is given."""

    async def visit(*paths, address=None, headers=None):
        address = address or f"10.{'.'.join(str(byte) for byte in secrets.token_bytes(3))}"
        transport = httpx2.ASGITransport(app=strict_app, client=(address, 1234))
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            return [await http.get(path, headers=headers) for path in paths]

    return visit


async def test_the_fourth_read_within_a_minute_is_refused(visit):
    answers = await visit(*[POSTS] * 5)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    refused = answers[3]
    assert (refused.json()["code"], refused.json()["limit"]) == ("rate_limited", "anonymous")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["RateLimit-Policy"] == '"anonymous";q=3;w=60'


async def test_all_public_reads_share_the_limit(client, world, visit):
    author = await world.caller()
    post = await publish_post(client, author)
    url = f"/api/v1/organizations/{author.organization_id}/blog-posts/{post['slug']}"

    answers = await visit(POSTS, url, url, url, POSTS)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


async def test_another_address_has_its_own_limit(visit):
    await visit(*[POSTS] * 4)

    (answer,) = await visit(POSTS)

    assert answer.status_code == 200


async def test_an_ipv6_network_is_one_address(visit):
    network = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"

    answers = [(await visit(POSTS, address=f"{network}::{number}"))[0] for number in range(1, 5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "192.0.2.1"}, {"X-API-Key": "fg_live_unverified"}, {"Authorization": "Bearer any"}],
    ids=lambda headers: next(iter(headers)),
)
async def test_a_header_that_anyone_can_invent_opens_no_fresh_bucket(visit, headers):
    address = f"10.{'.'.join(str(byte) for byte in secrets.token_bytes(3))}"
    await visit(*[POSTS] * 3, address=address)

    (answer,) = await visit(POSTS, address=address, headers=headers)

    assert answer.status_code == 429


async def test_a_304_counts_like_any_read(visit):
    (first,) = await visit(POSTS)

    answers = await visit(*[POSTS] * 4, headers={"If-None-Match": "*"})

    assert [answer.status_code for answer in answers] == [304, 304, 304, 429]
    assert answers[0].headers["RateLimit"].startswith('"anonymous";r=2;')
    assert first.headers["ETag"]
