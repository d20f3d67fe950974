import json

import pytest

from app.api.problem_pages import PAGES, known_errors
from app.core.exceptions import AppError
from app.main import create_app
from tests.middleware.conftest import calling

NOWHERE = "/api/v1/nowhere"


async def test_a_path_that_is_not_there_is_a_problem(client):
    answer = await client.get(NOWHERE, headers={"X-Request-ID": "mine"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no such resource.",
        "instance": NOWHERE,
        "code": "not_found",
        "request_id": "mine",
    }


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/verify", "POST"),
        ("/api/v1/api-keys", "GET, HEAD, POST"),
        ("/api/v1/blog-posts/019bc3a0-0000-7000-8000-000000000000", "DELETE, GET, HEAD, PATCH"),
        ("/health/live", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_there_names_all_that_are(client, path, allowed):
    answer = await client.request("TRACE", path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/api/v1/verify/", "/health/live/", "//health/live", "/api/v1//verify"])
async def test_a_path_that_is_nearly_right_is_not_redirected(client, path):
    answer = await client.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_a_wrong_body_is_told_by_pointers(client, world):
    service = await world.service_key()
    body = {
        "items": [
            {"key": "x", "cost": -1},
            {"cost": "5", "un/kno~wn": 1},
            {"key": "x", "tags": ["a"] * 21, "ip": "nonsense-canary"},
        ]
    }

    answer = await client.post("/api/v1/verify/batch", json=body, headers=service.headers)

    assert answer.status_code == 422
    assert answer.json()["code"] == "validation_failed"
    errors = {error["pointer"]: error for error in answer.json()["errors"]}
    assert errors["/items/0/cost"]["code"] == "greater_than_equal"
    assert errors["/items/0/cost"]["detail"] == "Must be at least 0."
    assert errors["/items/1/key"]["code"] == "missing"
    assert errors["/items/1/cost"]["code"] == "int_type"
    assert errors["/items/1/un~1kno~0wn"]["code"] == "extra_forbidden"
    assert errors["/items/2/tags"]["code"] == "too_long"
    assert errors["/items/2/ip"]["detail"]
    assert "canary" not in answer.text


async def test_wrong_parameters_are_told_by_name(client):
    answer = await client.get("/api/v1/blog-posts?size=101&page=zero-canary&color=red-canary&sort=hue-canary")

    assert answer.status_code == 422
    assert {error["parameter"] for error in answer.json()["errors"]} >= {"color"}
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("size=101", "size"),
        ("size=0", "size"),
        ("size=1&size=2", "size"),
        ("page=zero", "page"),
        ("page=9999999999999999999999999999", "page"),
        ("sort=hue", "sort"),
        ("search=%00", "search"),
        ("search=%ff", ""),
        ("color=red", "color"),
        ("&".join(f"x{number}=1" for number in range(101)), ""),
    ],
)
async def test_each_bad_parameter_is_refused(client, query, parameter):
    answer = await client.get(f"/api/v1/blog-posts?{query}")

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["parameter"] == parameter


async def test_many_mistakes_are_told_in_a_bounded_answer(client, world):
    service = await world.service_key()
    body = {"items": [{"cost": "5"}] * 500}

    answer = await client.post("/api/v1/verify/batch", json=body, headers=service.headers)

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50


async def test_unknown_members_are_named_but_a_credential_among_them_is_not(client, world):
    service = await world.service_key()
    body = {"key": "x", service.api_key: 1, "y" * 500: 1}

    answer = await client.post("/api/v1/verify", json=body, headers=service.headers)

    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/[redacted]", "/" + "y" * 64}


async def test_missing_credentials_are_a_problem_that_names_the_scheme(client):
    answer = await client.get("/api/v1/users/me")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("code", sorted(PAGES))
async def test_every_code_has_a_page_for_people(client, code):
    answer = await client.get(f"/problems/{code}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<code>{code}</code>" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text


async def test_a_code_that_is_not_known_has_no_page(client):
    answer = await client.get("/problems/no_such_code")

    assert answer.status_code == 404


@pytest.mark.parametrize("error", list(known_errors()), ids=lambda error: error.__name__)
def test_every_error_has_a_status_a_code_and_a_title(error):
    assert issubclass(error, AppError)
    assert 400 <= error.status <= 599
    assert error.code.replace("_", "").isalpha()
    assert error.title
    assert (error.__doc__ or "").strip()


def test_codes_of_different_errors_differ():
    by_code: dict[str, set[int]] = {}
    for error in known_errors():
        by_code.setdefault(error.code, set()).add(error.status)

    assert all(len(statuses) == 1 for statuses in by_code.values())


async def test_head_of_a_problem_has_no_body(client):
    answer = await client.head(NOWHERE)

    assert answer.status_code == 404
    assert answer.content == b""


async def test_an_unexpected_error_of_a_real_route_is_a_problem(settings):
    application = create_app(settings)  # not started: it has no resources, so its routes break

    async with calling(application) as http:
        answer = await http.get("/api/v1/plans", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 500
    assert set(json.loads(answer.text)) == {
        "type", "title", "status", "detail", "instance", "code", "request_id"
    }  # fmt: skip
