"""Leaked keys: whose report counts, what becomes of the keys, who is told."""

from dataclasses import replace
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy import select

from app.adapters.leak_reporter import MemoryLeakReporter
from app.core.api_key_secrets import checksum
from app.core.database import transaction
from app.main import create_app
from app.models import ApiKey, AuditEvent
from tests.factories.api_keys import KEYS
from tests.factories.gate import verify
from tests.factories.leak_reports import LEAK_REPORTS, Finder, report

FINDER = Finder()


@pytest.fixture(scope="module")
async def trusting_app(settings):
    """The application that trusts the finder."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        reporter = MemoryLeakReporter({FINDER.key_id: FINDER.public})
        app.state.resources = replace(app.state.resources, leak_reporter=reporter)
        yield app


@pytest.fixture
async def http(trusting_app):
    transport = httpx2.ASGITransport(app=trusting_app, client=("192.0.2.44", 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


@pytest.fixture
async def owner(world):
    return await world.caller()


@pytest.fixture
async def key(world, owner):
    return await world.api_key(await world.get_organization(owner.organization_id), created_by=owner.user_id)


@pytest.fixture
def events_about(resources):
    async def events_about(key):
        async with transaction(resources.engine) as session:
            query = select(AuditEvent).where(AuditEvent.target == f"api_key:{key.row.id}")
            return [each for each in await session.scalars(query) if each.action == "api_key_leaked"]

    return events_about


@pytest.fixture
def is_enabled(resources):
    async def is_enabled(key):
        async with transaction(resources.engine) as session:
            return (await session.get_one(ApiKey, key.row.id)).enabled

    return is_enabled


async def labels(http, *tokens):
    answer = await http.post(LEAK_REPORTS, **FINDER.signed(report(*tokens)))
    assert answer.status_code == 200, answer.text
    return [each["label"] for each in answer.json()]


async def test_a_reported_key_is_disabled_at_once_its_owner_is_mailed_and_the_trail_told(
    http, client, world, owner, key, outbox, events_about
):
    answer = await http.post(LEAK_REPORTS, **FINDER.signed(report(key.api_key)))

    assert answer.json() == [
        {
            "token_hash": sha256(key.api_key.encode()).hexdigest(),
            "token_type": "faregate_api_key",
            "label": "true_positive",
        }
    ]
    assert (await verify(client, await world.service_key(), key))["code"] == "DISABLED"
    (event,) = await events_about(key)
    assert event.details["source"] == "content"
    assert key.api_key not in str(event.details)
    (mail,) = await outbox.to((await world.get_user(owner.user_id)).email)
    assert mail.subject == "An API key was found in public"


async def test_several_are_answered_each_and_only_real_ones_are_disabled(
    http, world, key, is_enabled, resources
):
    other = await world.api_key(await world.organization())
    stranger = resources.api_key_secrets.issue("live").api_key

    told = await labels(http, key.api_key, stranger, "nonsense", other.api_key, key.api_key)

    assert told == ["true_positive", "false_positive", "false_positive", "true_positive", "true_positive"]
    assert [await is_enabled(each) for each in (key, other)] == [False, False]


async def test_an_id_without_its_secret_disables_nobodys_key(http, key, is_enabled, resources):
    other = resources.api_key_secrets.issue("live").api_key
    body = f"{key.api_key[:20]}{other[20:52]}"

    assert await labels(http, body + checksum(body)) == ["false_positive"]
    assert await is_enabled(key)


async def test_a_string_that_was_rotated_out_leaves_its_key_alone(http, client, owner, key, is_enabled):
    path = f"{KEYS}/{key.row.id}/rotate"
    await client.post(path, json={"overlap_seconds": 0}, headers=owner.headers)

    assert await labels(http, key.api_key) == ["true_positive"]
    assert await is_enabled(key)


async def test_a_report_that_comes_again_tells_nobody_again(http, world, owner, key, outbox, events_about):
    for _ in range(2):
        await labels(http, key.api_key)

    assert len(await events_about(key)) == 1
    assert len(await outbox.to((await world.get_user(owner.user_id)).email)) == 1


def respaced(parts):
    return {**parts, "content": parts["content"].replace(b"   ", b" ")}


def signed_by_another(parts):
    headers = parts["headers"] | {"Github-Public-Key-Signature": Finder().sign(parts["content"])}
    return {**parts, "headers": headers}


def without(name):
    def leave_out(parts):
        return {**parts, "headers": {k: v for k, v in parts["headers"].items() if k != name}}

    return leave_out


def saying(name, value):
    return lambda parts: {**parts, "headers": parts["headers"] | {name: value}}


@pytest.mark.parametrize(
    "spoil",
    [
        respaced,
        signed_by_another,
        without("Github-Public-Key-Signature"),
        without("Github-Public-Key-Identifier"),
        saying("Github-Public-Key-Identifier", "second"),
        saying("Github-Public-Key-Signature", "no base64!"),
        saying("Github-Public-Key-Signature", "AAAA"),
    ],
    ids=["body", "other", "unsigned", "unnamed", "unknown", "text", "short"],
)
async def test_what_the_reporter_has_not_signed_is_refused_and_nothing_happens(http, key, is_enabled, spoil):
    answer = await http.post(LEAK_REPORTS, **spoil(FINDER.signed(report(key.api_key))))

    assert (answer.status_code, answer.json()["code"]) == (403, "report_not_signed")
    assert await is_enabled(key)


async def test_the_strings_are_not_repeated_where_a_report_is_malformed(http, key):
    body = report(key.api_key).replace(b'"type"', b'"kind"')

    answer = await http.post(LEAK_REPORTS, **FINDER.signed(body))

    assert answer.status_code == 422
    assert key.api_key not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"{}", 422),
        (b"[]", 422),
        (b"[7]", 422),
        (b'[{"token": 7, "type": "x"}]', 422),
        (b'[{"token": "", "type": "x"}]', 422),
        (b'[{"token": "x\\u0000", "type": "x"}]', 422),
        (b'[{"token": "x", "token": "y", "type": "x"}]', 400),
        (report(*["x"] * 501), 422),
        (b"[", 400),
    ],
    ids=["none", "null", "object", "empty", "number", "typed", "blank", "nul", "twice", "many", "broken"],
)
async def test_a_signed_body_of_another_form_is_refused(http, body, status):
    answer = await http.post(LEAK_REPORTS, **FINDER.signed(body))

    assert answer.status_code == status, answer.text


async def test_members_that_the_reporter_adds_one_day_are_passed_over(http):
    body = b'[{"token": "x", "type": "y", "repository": {"private": false}}]'

    assert (await http.post(LEAK_REPORTS, **FINDER.signed(body))).json()[0]["label"] == "false_positive"


async def test_it_is_off_unless_somebody_is_trusted(client, key):
    answer = await client.post(LEAK_REPORTS, **FINDER.signed(report(key.api_key)))

    assert answer.status_code == 404
