import pytest

from app.core.exceptions import AmbiguousRequestError
from app.core.route_table import PricedRoute, RouteTable

TABLE = RouteTable(
    PricedRoute(method, path, cost)
    for method, path, cost in [
        ("*", "/", 1),
        ("GET", "/reports", 2),
        ("POST", "/reports", 3),
        ("*", "/reports/{id}", 4),
        ("GET", "/reports/summary", 5),
        ("*", "/Reports/{id}/pages/{page}", 6),
        ("*", "/files/{rest:path}", 7),
        ("DELETE", "/files/{rest:path}", 8),
        ("GET", "/files/index", 9),
        ("*", "/café", 10),
    ]
)


@pytest.mark.parametrize(
    ("method", "target", "cost"),
    [
        ("GET", "/", 1),
        ("PROPFIND", "/?x", 1),
        ("GET", "/reports", 2),
        ("GET", "/reports/", 2),
        ("POST", "/REPORTS?dry_run=1", 3),
        ("PUT", "/reports", None),
        ("GET", "/reports/7", 4),
        ("GET", "/reports/summary", 5),
        ("GET", "/reports/%53ummary", 5),
        ("POST", "/reports/summary", 4),
        ("GET", "/reports/7/pages/1", 6),
        ("GET", "/reports/summary/pages/1", 6),
        ("GET", "/reports/7/pages", None),
        ("GET", "/files", 7),
        ("GET", "/files/a/b/c", 7),
        ("DELETE", "/files/a/b/c", 8),
        ("GET", "/files/index", 9),
        ("DELETE", "/files/index", 8),
        ("GET", "/files/index/x", 7),
        ("GET", "/caf%C3%A9", 10),
        ("GET", "/CAF%c3%89/", 10),
        ("GET", "/elsewhere", None),
    ],
)
def test_the_most_literal_path_that_has_the_method_counts(method, target, cost):
    route = TABLE.find(method, target)

    assert (route and route.cost) == cost


def test_an_ambiguous_spelling_is_refused_again_and_again():
    for _ in range(2):
        with pytest.raises(AmbiguousRequestError):
            TABLE.find("GET", "/files/../reports")


@pytest.mark.parametrize(
    ("first", "second"),
    [("/a", "/A"), ("/{x}", "/{y}"), ("/a/{x:path}", "/a/{y:path}"), ("/%41", "/%41")],
)
def test_two_routes_for_the_same_requests_are_refused(first, second):
    with pytest.raises(ValueError, match="two routes"):
        RouteTable([PricedRoute("GET", first, 1), PricedRoute("GET", second, 2)])


def test_a_table_knows_that_it_is_empty():
    assert RouteTable().is_empty
    assert not TABLE.is_empty
