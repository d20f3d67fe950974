"""The profile's lane never answers differently: the same requests, down the lane and down the road."""

import pytest

from app.api.fast_lane import PROFILE_PATH, FastLaneMiddleware
from app.main import create_app
from tests.api.asgi import ask


@pytest.fixture(scope="module")
async def road(app, settings):
    """The same application over the same resources, without the lanes."""
    application = create_app(settings)
    application.layers = [layer for layer in application.layers if layer.cls is not FastLaneMiddleware]
    application.state.resources = app.state.resources
    return application


SESSION = ("Authorization", "Bearer {session}")
CORPUS = {
    "plain": ("GET", b"", b"", SESSION),
    "x-api-key": ("GET", b"", b"", ("X-API-Key", "{session}")),
    "key": ("GET", b"", b"", ("Authorization", "Bearer {key}")),
    "revalidation": ("GET", b"", b"", SESSION, ("If-None-Match", '"1"')),
    "stale revalidation": ("GET", b"", b"", SESSION, ("If-None-Match", '"7"')),
    "query": ("GET", b"fields=all", b"", SESSION),
    "body": ("GET", b"", b"{}", SESSION),
    "organization": ("GET", b"", b"", SESSION, ("X-Organization", "{second}")),
    "capitals": ("GET", b"", b"", SESSION, ("X-Organization", "{SECOND}")),
    "foreign organization": ("GET", b"", b"", SESSION, ("X-Organization", "{foreign}")),
    "no organization": ("GET", b"", b"", SESSION, ("X-Organization", "x")),
    "key elsewhere": ("GET", b"", b"", ("X-API-Key", "{key}"), ("X-Organization", "{foreign}")),
    "head": ("HEAD", b"", b"", SESSION),
    "damaged": ("GET", b"", b"", ("Authorization", "Bearer {session}AA")),
    "nobody": ("GET", b"", b""),
    "both": ("GET", b"", b"", SESSION, ("X-API-Key", "{key}")),
}
"""Method, query, body and headers of each request."""


@pytest.mark.parametrize("name", CORPUS)
async def test_lane_and_road_answer_alike(app, road, world, name):
    method, query, body, *templates = CORPUS[name]
    caller = await world.caller(plan=await world.plan(hourly=(9, 3_600)))
    key = await world.api_key(await world.get_organization(caller.organization_id))
    second = await world.organization(plan=await world.plan(daily=(9, 86_400)))
    await world.member(second, await world.get_user(caller.user_id), role="viewer")
    foreign = await world.organization()
    cast = {"session": caller.credential, "key": key.api_key, "foreign": foreign.id}
    cast |= {"second": second.id, "SECOND": str(second.id).upper()}
    headers = [("X-Request-ID", "same"), *((each, text.format(**cast)) for each, text in templates)]
    answers = []
    for application in (app, road):
        status, sent, text = await ask(
            application, headers, body, path=PROFILE_PATH, method=method, query=query
        )
        answers.append((status, sorted(pair for pair in sent if pair[0] != "ratelimit"), text))

    assert answers[0] == answers[1]


async def test_a_request_that_leaves_the_lane_is_counted_once(app, world):
    plan = await world.plan(hourly=(9, 3_600))
    organization = await world.organization(plan=plan)
    key = await world.api_key(organization)

    headers = [("Authorization", f"Bearer {key.api_key}")]
    _, sent, _ = await ask(app, headers, path=PROFILE_PATH, method="GET")

    assert dict(sent)["ratelimit"].startswith('"hourly";r=8;')
