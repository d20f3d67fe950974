"""What docs/standards.md promises and only the running application, or its lock file, can show."""

import inspect
import re
from pathlib import Path

from fastapi.routing import APIRoute, iter_route_contexts

ROOT = Path(__file__).parents[2]


def test_every_handler_is_async(app):
    routes = [route.original_route for route in iter_route_contexts(app.routes)]

    blocking = [
        route.path
        for route in routes
        if isinstance(route, APIRoute) and not inspect.iscoroutinefunction(route.endpoint)
    ]

    assert routes
    assert blocking == []


def test_the_only_driver_is_asynchronous():
    locked = re.findall(r"^([\w-]+)==", (ROOT / "requirements" / "app.txt").read_text(), re.MULTILINE)

    assert "asyncpg" in locked
    assert not {"psycopg", "psycopg2", "psycopg2-binary", "pg8000"} & set(locked)
