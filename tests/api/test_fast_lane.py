"""The lane never answers differently: one corpus, down the lane and down the road, the same answers."""

import json
import re
from types import SimpleNamespace

import pytest

from app.api.fast_lane import VERIFY_PATH, FastLaneMiddleware
from app.core.identifiers import new_id
from app.core.scopes import Scope
from app.main import create_app
from tests.api.asgi import ask, chunks
from tests.factories import World

JSON = ("Content-Type", "application/json")


@pytest.fixture(scope="module")
async def road(app, settings):
    """The same application over the same resources, without the lane."""
    application = create_app(settings)
    application.layers = [layer for layer in application.layers if layer.cls is not FastLaneMiddleware]
    application.state.resources = app.state.resources
    return application


@pytest.fixture(scope="module")
async def office(resources):
    """Those who ask, and the plan of those who are asked about: nothing of it is ever used up."""
    world = World(resources)
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    kinds = {
        "service": {},
        "walled_in": {"allowed_cidrs": ["127.0.0.0/8"]},
        "walled_out": {"allowed_cidrs": ["192.0.2.0/24"]},
        "disabled": {"enabled": False},
    }
    keys = {
        name: (await world.api_key(organization, scopes=[Scope.GATE_VERIFY], **values)).api_key
        for name, values in kinds.items()
    }
    return {"plan": await world.plan(minute=(9, 3_600)), "office": organization.id, **keys}


@pytest.fixture
async def make_cast(world, office):
    """Makes everybody that the corpus speaks of; two casts are alike in all but their ids."""

    async def make_cast(**others):
        person = await world.caller(credits=50, plan=office["plan"])
        organization = await world.get_organization(person.organization_id)
        key = await world.api_key(organization, attributes={"tier": "gold"})
        ids = [key.row.id, person.user_id, organization.id]
        return SimpleNamespace(ids=ids, key=key.api_key, token=person.credential, **office, **others)

    return make_cast


def by(credential):
    """The headers of a plain question by that member of the cast."""
    return lambda cast: [("Authorization", f"Bearer {getattr(cast, credential)}"), JSON]


def sent(*headers):
    """Headers that may speak of the cast."""
    return lambda cast: [(name, value.format(**vars(cast))) for name, value in headers]


BEARER = ("Authorization", "Bearer {service}")
QUESTION = '{{"key": "{key}"}}'
CORPUS = {
    # Plain questions.
    "plain": (by("service"), QUESTION),
    "twice": (by("service"), QUESTION, QUESTION),
    "cost": (by("service"), '{{"key": "{key}", "cost": 5, "scopes": ["blog_posts:read"], "tags": ["a"]}}'),
    "replay": (by("service"), *['{{"key": "{key}", "cost": 2, "charge_id": "é"}}'] * 2),
    "reused": (by("service"), *[f'{{{{"key": "{{key}}", "cost": {n}, "charge_id": "x"}}}}' for n in (1, 2)]),
    "short": (by("service"), '{{"key": "{key}", "cost": 51}}'),
    "scope": (by("service"), '{{"key": "{key}", "scopes": ["gate:verify"]}}'),
    "limit": (by("service"), '{{"key": "{key}", "limits": [{{"name": "minute", "cost": 10}}]}}'),
    "no limits": (by("service"), '{{"key": "{key}", "limits": [], "ip": "::ffff:192.0.2.1"}}'),
    "token": (by("service"), *['{{"key": "{token}", "cost": 40}}'] * 2),
    "unknown": (by("service"), '{{"key": "nonsense"}}'),
    "escapes": (by("service"), '{{"\\u006bey": "{key}", "tags": ["\\ud83d\\ude00"]}}'),
    "organization": (sent(BEARER, ("X-Organization", "{office}"), JSON), QUESTION),
    "elsewhere": (sent(BEARER, ("X-Organization", "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"), JSON), QUESTION),
    "x-api-key": (sent(("X-API-Key", "{service}"), JSON), QUESTION),
    "both alike": (sent(BEARER, ("X-API-Key", "{service}"), JSON), QUESTION),
    "scheme": (sent(("authorization", "bEARER   {service} "), JSON), QUESTION),
    "charset": (sent(BEARER, ("Content-Type", 'application/json;charset="UTF-8"')), QUESTION),
    "walled in": (by("walled_in"), QUESTION),
    "accept": (sent(BEARER, JSON, ("Accept", "text/html"), ("Origin", "https://example.org")), QUESTION),
    "own id": (sent(BEARER, JSON, ("X-Request-ID", "mine-1")), QUESTION),
    # The asker is refused.
    "nobody": (sent(JSON), QUESTION),
    "customer": (by("key"), QUESTION),
    "customer's session": (by("token"), QUESTION),
    "walled out": (by("walled_out"), QUESTION),
    "disabled": (by("disabled"), QUESTION),
    "damaged": (sent(("Authorization", "Bearer {service}x"), JSON), QUESTION),
    "basic": (sent(("Authorization", "Basic {service}"), JSON), QUESTION),
    "bare": (sent(("Authorization", "{service}"), JSON), QUESTION),
    "empty": (sent(("Authorization", ""), JSON), QUESTION),
    "empty second": (sent(BEARER, ("X-API-Key", ""), JSON), QUESTION),
    "both": (sent(BEARER, ("X-API-Key", "{key}"), JSON), QUESTION),
    "header twice": (sent(BEARER, BEARER, JSON), QUESTION),
    "not latin": (sent(("X-API-Key", "ключ"), JSON), QUESTION),
    # The question is refused.
    "unknown limit": (by("service"), '{{"key": "{key}", "limits": [{{"name": "hour"}}]}}'),
    "limit twice": (by("service"), '{{"key": "{key}", "limits": [{{"name": "a"}}, {{"name": "a"}}]}}'),
    "no body": (by("service"), ""),
    "no key": (by("service"), "{{}}"),
    "null": (by("service"), "null"),
    "list": (by("service"), f"[{QUESTION}]"),
    "two values": (by("service"), QUESTION * 2),
    "float": (by("service"), '{{"key": "{key}", "cost": 1.0}}'),
    "true": (by("service"), '{{"key": "{key}", "cost": true}}'),
    "null cost": (by("service"), '{{"key": "{key}", "cost": null}}'),
    "negative": (by("service"), '{{"key": "{key}", "cost": -1}}'),
    "NaN": (by("service"), '{{"key": "{key}", "cost": NaN}}'),
    "unknown member": (by("service"), '{{"key": "{key}", "price": 1}}'),
    "member twice": (by("service"), '{{"key": "{key}", "key": "{key}"}}'),
    "surrogate": (by("service"), '{{"key": "\\ud800"}}'),
    "bad ip": (by("service"), '{{"key": "{key}", "ip": "here"}}'),
    "deep": (by("service"), '{{"key": "{key}", "tags": ' + "[" * 80 + "]" * 80 + "}}"),
    "bom": (by("service"), "\ufeff" + QUESTION),
    "no type": (sent(BEARER), QUESTION),
    "other type": (sent(BEARER, ("Content-Type", "text/plain")), QUESTION),
    "type twice": (sent(BEARER, JSON, JSON), QUESTION),
    "gzip": (sent(BEARER, JSON, ("Content-Encoding", "gzip")), QUESTION),
    "all wrong": (sent(), "{{"),
}  # fmt: skip


async def answer_to(application, cast, headers, body, **options):
    """The answer without what differs between two casts and two moments."""
    content = body.format(**vars(cast)).encode()
    status, sent_headers, text = await ask(application, headers(cast), content, **options)
    for number, identifier in enumerate(cast.ids):
        text = text.replace(str(identifier), f"id-{number}")
    names = dict(sent_headers)
    names.pop("content-length", None)
    request_id = names.pop("x-request-id", None)
    text = text.replace(request_id or "-", "request-id")
    moments = r'(?<=t=)\d+|(?<="reset_after_seconds":)\d+|(?<="retry_after_seconds":)\d+'
    if "retry-after" in names:
        names["retry-after"] = "soon"
    return status, request_id == "mine-1", sorted(names.items()), re.sub(moments, "0", text)


@pytest.mark.parametrize("name", CORPUS)
async def test_the_lane_answers_as_the_road_does(app, road, make_cast, name):
    headers, *bodies = CORPUS[name]
    answers = []
    for application in (app, road):
        cast = await make_cast()
        answers.append([await answer_to(application, cast, headers, body) for body in bodies])

    down_the_lane, down_the_road = answers

    assert down_the_lane == down_the_road


async def test_an_asker_over_its_own_limit_is_told_the_same(app, road, world, make_cast):
    plan = await world.plan(minute=(1, 3_600))
    answers = []
    for application in (app, road):
        operator = await world.user(is_operator=True)
        limited = await world.organization(owner=operator, plan=plan)
        asker = await world.api_key(limited, scopes=[Scope.GATE_VERIFY])
        cast = await make_cast(limited=asker.api_key)
        answers.append([await answer_to(application, cast, by("limited"), QUESTION) for _ in range(2)])

    down_the_lane, down_the_road = answers

    assert down_the_lane == down_the_road
    assert [status for status, *_ in down_the_lane] == [200, 429]


@pytest.mark.parametrize(
    "options",
    [
        {"method": "GET"}, {"method": "HEAD"}, {"method": "OPTIONS"}, {"method": "PUT"},
        {"path": f"{VERIFY_PATH}/"}, {"path": f"{VERIFY_PATH}/batch"}, {"path": VERIFY_PATH.upper()},
        {"path": f"/{VERIFY_PATH}"}, {"query": b"cost=0"}, {"query": b"&"}, {"query": b"a=%ff"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_no_plain_question_goes_down_the_road(app, road, make_cast, options):
    lane, plain = [
        await answer_to(each, await make_cast(), by("service"), QUESTION, **options) for each in (app, road)
    ]

    assert lane == plain


GONE = {"type": "http.disconnect"}
BODY_WAYS = {
    "one message": chunks,
    "one message, then an empty one": lambda body: chunks(body, b""),
    "byte by byte": lambda body: chunks(*(bytes([byte]) for byte in body)),
    "empty first": lambda body: chunks(b"", body),
    "cut": lambda body: chunks(body[:-1]),
    "client gone": lambda body: [{"type": "http.request", "body": body[:9], "more_body": True}, GONE],
    "client gone at once": lambda _: [GONE],
    "message without body": lambda _: [{"type": "http.request"}],
}


@pytest.mark.parametrize("way", BODY_WAYS)
@pytest.mark.parametrize("length", [None, 0, 9, "right"])
async def test_however_the_body_arrives_the_answers_are_the_same(app, road, make_cast, way, length):
    answers = []
    for application in (app, road):
        cast = await make_cast()
        body = QUESTION.format(**vars(cast)).encode()
        declared = str(len(body)) if length == "right" else str(length)
        extra = [] if length is None else [("Content-Length", declared)]
        answers.append(
            await answer_to(
                application,
                cast,
                lambda cast, extra=extra: by("service")(cast) + extra,
                "",
                messages=BODY_WAYS[way](body),
            )
        )

    lane, plain = answers

    assert lane == plain


async def test_plain_questions_never_reach_the_road(app, make_cast):
    async def road(scope, receive, send):
        raise AssertionError

    cast = await make_cast()
    state = {"request_id": str(new_id()), "client_address": "127.0.0.1"}
    lane = FastLaneMiddleware(road)

    async def enter(scope, receive, send):
        await lane({**scope, "app": app, "state": state}, receive, send)

    for name in ("plain", "replay", "x-api-key", "charset", "token", "escapes", "walled in"):
        headers, *bodies = CORPUS[name]
        for body in bodies:
            status, _, text = await ask(enter, headers(cast), body.format(**vars(cast)).encode())
            assert (status, json.loads(text)["credits"]["remaining"] is None) == (200, False)
