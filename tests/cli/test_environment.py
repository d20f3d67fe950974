"""Commands find their database and their secrets by themselves in development."""

import os
from unittest.mock import patch

import asyncpg
import pytest

from app.adapters.embedded_postgres import EmbeddedPostgres
from app.cli.development_folder import RunningServer
from app.cli.environment import database_at_hand, development_folder, override
from app.cli.errors import CommandError
from app.core.secret_strength import (
    complaint_about_encryption_key,
    complaint_about_pepper,
)
from tests.folders import folder_of_our_own


@pytest.fixture
def folder():
    """An empty folder."""
    with folder_of_our_own() as path:
        yield path


@pytest.fixture(autouse=True)
def environment(folder, monkeypatch):
    """An empty current folder and no settings; what a command sets is undone."""
    monkeypatch.chdir(folder)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FAREGATE_") and name != "DATABASE_URL"
    }
    with patch.dict(os.environ, kept, clear=True):
        yield os.environ


def url_of(settings):
    return settings.database.url.get_secret_value()


def test_the_database_url_is_used_and_nothing_is_started(environment, folder):
    environment["DATABASE_URL"] = "postgresql://somewhere/else"

    with database_at_hand() as settings:
        assert url_of(settings) == "postgresql://somewhere/else"

    assert not (folder / ".data" / "postgres").exists()


def test_secrets_are_made_once_fit_for_production_and_kept_for_the_owner_alone(environment, folder):
    environment["DATABASE_URL"] = "postgresql://somewhere/else"

    with database_at_hand() as first:
        pass
    for name in ("API_KEY_PEPPER", "ENCRYPTION_KEY"):
        del environment[f"FAREGATE_SECRETS__{name}"]
    with database_at_hand() as second:
        pass

    assert first.secrets == second.secrets
    assert complaint_about_pepper(first.secrets.api_key_pepper) is None
    assert complaint_about_encryption_key(first.secrets.encryption_key) is None
    for name in ("api_key_pepper", "encryption_key"):
        assert (folder / ".data" / name).stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_set_is_not_replaced(environment):
    environment["DATABASE_URL"] = "postgresql://somewhere/else"
    environment["FAREGATE_SECRETS__API_KEY_PEPPER"] = "mine"

    with database_at_hand() as settings:
        assert settings.secrets.api_key_pepper.get_secret_value() == "mine"


def test_the_database_of_a_running_server_is_used():
    development_folder().announce(
        RunningServer(os.getpid(), "http://127.0.0.1:1", "postgresql://running/one")
    )

    with database_at_hand() as settings:
        assert url_of(settings) == "postgresql://running/one"


def test_what_a_killed_run_announced_is_not_believed(folder, monkeypatch):
    folder = development_folder()
    folder.announce(RunningServer(2**22 + 1, "http://127.0.0.1:1", "postgresql://gone/one"))

    assert folder.running() is None


async def test_without_any_database_one_is_started_for_as_long_as_the_command_takes():
    with database_at_hand() as settings:
        connection = await asyncpg.connect(url_of(settings))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()

    with EmbeddedPostgres(development_folder().path):
        pass


def test_a_data_folder_that_is_a_file_is_named(environment, folder):
    environment["DATABASE_URL"] = "postgresql://somewhere/else"
    (folder / ".data").write_text("")

    with pytest.raises(CommandError, match=r"cannot (read|write to) .*\.data"), database_at_hand():
        pass


def test_a_secret_that_was_emptied_is_named_and_not_made_anew(environment, folder):
    environment["DATABASE_URL"] = "postgresql://somewhere/else"
    pepper = folder / ".data" / "api_key_pepper"
    pepper.parent.mkdir()
    pepper.write_text("")

    with pytest.raises(CommandError, match=r"api_key_pepper is empty"), database_at_hand():
        pass

    assert pepper.read_text() == ""


def test_options_win_over_variables_and_the_public_url_follows(environment):
    environment |= {"FAREGATE_HTTP__PORT": "1000", "FAREGATE_HTTP__HOST": "0.0.0.0"}

    settings = override(host=None, port=2000, workers=3)

    assert (settings.http.host, settings.http.port, settings.http.workers) == ("0.0.0.0", 2000, 3)
    assert str(settings.http.public_url) == "http://127.0.0.1:2000/"


def test_a_public_url_that_is_set_stays(environment):
    environment["FAREGATE_HTTP__PUBLIC_URL"] = "https://gate.example.org"

    assert str(override(host=None, port=None, workers=None).http.public_url) == "https://gate.example.org/"
