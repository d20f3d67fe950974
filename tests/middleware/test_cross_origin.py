import pytest

from tests.middleware.conftest import calling

ORIGIN = "https://app.example"


def preflight(origin=ORIGIN, method="POST"):
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "x-api-key",
    }


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/broken"])
async def test_a_listed_origin_may_read_every_answer_errors_included(build, path):
    async with calling(build(cors_origins=[ORIGIN])) as http:
        answer = await http.get(path, headers={"Origin": ORIGIN})

    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


async def test_another_origin_may_read_nothing(build):
    async with calling(build(cors_origins=[ORIGIN])) as http:
        answer = await http.get("/health/live", headers={"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in answer.headers


async def test_a_preflight_of_a_listed_origin_is_allowed_with_all_other_headers(build):
    async with calling(build(cors_origins=[ORIGIN])) as http:
        answer = await http.options("/api/v1/verify", headers=preflight())

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "X-API-Key" in answer.headers["access-control-allow-headers"]
    assert "X-Organization" in answer.headers["access-control-allow-headers"]
    assert "x-request-id" in answer.headers


async def test_a_preflight_of_another_origin_lacks_the_allowance(build):
    async with calling(build(cors_origins=[ORIGIN])) as http:
        answer = await http.options("/api/v1/verify", headers=preflight("https://evil.example"))

    assert "access-control-allow-origin" not in answer.headers


async def test_a_wildcard_is_never_allowed(build):
    async with calling(build(cors_origins=["*"])) as http:
        answer = await http.get("/health/live", headers={"Origin": "https://any.example"})

    assert "access-control-allow-origin" not in answer.headers


async def test_without_a_list_there_is_no_cross_origin_header_at_all(build):
    async with calling(build()) as http:
        answer = await http.get("/health/live", headers={"Origin": ORIGIN})

    assert not [name for name in answer.headers if name.startswith("access-control-")]
