"""What docs/standards.md promises of names, tables and asynchrony."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

import app.models
import app.repositories
import app.services
from app.models import Base

ROOT = Path(__file__).parents[2]
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def modules_of(package):
    """Every module of a package."""
    return [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    ]


def classes_in(module):
    """The classes that a module defines itself."""
    return [
        each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__
    ]


def camel_case(name):
    return "".join(word.capitalize() for word in name.split("_"))


@pytest.mark.parametrize("package", [app.models, app.repositories, app.services], ids=lambda p: p.__name__)
def test_a_class_is_in_the_file_that_bears_its_name(package):
    for module in modules_of(package):
        stem = module.__name__.rpartition(".")[2]
        bearers = [each for each in classes_in(module) if each.__name__ == camel_case(stem)]

        if package is app.models or stem.endswith(("_repository", "_service")):
            assert len(bearers) == 1, module.__name__


def test_tables_are_plural_and_columns_snake_case():
    for name, table in Base.metadata.tables.items():
        assert SNAKE_CASE.fullmatch(name)
        assert re.search(r"(s|ies)$", name)
        assert [column.name for column in table.columns if not SNAKE_CASE.fullmatch(column.name)] == []


def test_every_handler_is_async(app):
    routes = [route.original_route for route in iter_route_contexts(app.routes)]

    blocking = [
        route.path
        for route in routes
        if isinstance(route, APIRoute) and not inspect.iscoroutinefunction(route.endpoint)
    ]

    assert routes
    assert blocking == []


def test_every_question_to_the_database_is_async():
    for module in modules_of(app.repositories):
        for repository in classes_in(module):
            if not repository.__name__.endswith("Repository"):
                continue
            for name, method in inspect.getmembers(repository, inspect.isfunction):
                if not name.startswith("_"):
                    assert inspect.iscoroutinefunction(method), f"{repository.__name__}.{name}"


def test_the_only_driver_is_asynchronous():
    imported = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
                imported |= {alias.name for alias in node.names}
    locked = re.findall(r"^([\w-]+)==", (ROOT / "requirements" / "app.txt").read_text(), re.MULTILINE)

    assert "create_engine" not in imported
    assert "asyncpg" in locked
    assert not {"psycopg", "psycopg2", "psycopg2-binary", "pg8000"} & set(locked)
