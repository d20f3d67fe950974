import json

import pytest
from pydantic import ValidationError

from app.core.admission import LimitUse
from app.core.route_table import PricedRoute
from app.core.settings import Settings

TABLE = """
[[routes]]
method = "POST"
path = "/reports/{id}"
cost = 5
scopes = ["reports:write"]
limits = [{ name = "exports" }, { name = "minute", cost = 2 }]

[[routes]]
path = "/files/{rest:path}"
cost = 1
"""
PRICED = [
    PricedRoute(
        "POST",
        "/reports/{id}",
        5,
        ("reports:write",),
        (LimitUse("exports", 1), LimitUse("minute", 2)),
    ),
    PricedRoute("*", "/files/{rest:path}", 1),
]


def priced(settings):
    """The routes as the gate takes them."""
    return [route.priced for route in settings.forward.routes]


@pytest.fixture
def write(tmp_path):
    """Writes a route table."""

    def write(text):
        path = tmp_path / "routes.toml"
        path.write_text(text)
        return str(path)

    return write


def test_a_file_holds_the_routes(monkeypatch, write):
    monkeypatch.setenv("FAREGATE_FORWARD__ROUTES_FILE", write(TABLE))

    assert priced(Settings()) == PRICED


def test_the_environment_may_hold_the_routes(monkeypatch):
    routes = [{"method": "GET", "path": "/", "cost": 0, "limits": []}]
    monkeypatch.setenv("FAREGATE_FORWARD__ROUTES", json.dumps(routes))

    assert priced(Settings()) == [PricedRoute("GET", "/", 0, (), ())]


@pytest.mark.parametrize(
    "route",
    [
        {"path": "/x"},
        {"path": "/x", "cost": -1},
        {"path": "/x", "cost": 1.0},
        {"path": "/x", "cost": "1"},
        {"path": "/x", "cost": True},
        {"path": "/x", "cost": 1_000_000_000_001},
        {"path": "/x", "cost": 1, "price": 1},
        {"path": "/x", "cost": 1, "method": "get"},
        {"path": "/x", "cost": 1, "method": "HEAD"},
        {"path": "/x", "cost": 1, "method": ""},
        {"path": "/x", "cost": 1, "scopes": ["a b"]},
        {"path": "/x", "cost": 1, "limits": [{"name": ""}]},
        {"path": "/x", "cost": 1, "limits": [{"name": "minute", "cost": -1}]},
        *({"path": path, "cost": 1} for path in [
            "", "x", "*", "/x/", "//", "/x//y", "/../x", "/x/.", "/x?y", "/x;y", "/x%20y", "/x y", "/x\\y",
            "/{}", "/{x", "/x{y}", "/{x}y", "/{X}", "/{x:path}/y", "/{x:int}", "https://example.org/x",
            "/x\n", "/" + "x" * 150,
        ]),
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_means_nothing_is_refused(route):
    with pytest.raises(ValidationError):
        Settings(forward={"routes": [route]})


@pytest.mark.parametrize("text", ["routes = 1", "[[route]]", "[[routes]]", "\x00", TABLE + 'unlisted = "x"'])
def test_a_file_that_is_no_route_table_is_refused(write, text):
    with pytest.raises(ValidationError):
        Settings(forward={"routes_file": write(text)})


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValidationError, match=r"nowhere\.toml"):
        Settings(forward={"routes_file": tmp_path / "nowhere.toml"})


def test_two_places_for_routes_are_one_too_many(write):
    with pytest.raises(ValidationError, match="both"):
        Settings(forward={"routes_file": write(TABLE), "routes": [{"path": "/", "cost": 0}]})


def test_two_lines_for_the_same_requests_are_refused():
    routes = [{"path": "/Reports/{id}", "cost": 1}, {"path": "/reports/{name}", "cost": 2}]

    with pytest.raises(ValidationError, match="two routes"):
        Settings(forward={"routes": routes})
