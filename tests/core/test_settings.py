"""Settings are read from the environment, each group whole, and production refuses what is unfit."""

import os
from base64 import urlsafe_b64encode
from secrets import token_urlsafe
from unittest.mock import patch

import pytest
from pydantic import ValidationError

from app.core.database_settings import DatabaseSettings
from app.core.settings import Environment, Settings
from app.core.sign_up_policy import SignUpPolicy

PEPPER = "Zk3vQ0mB8tYw2Rj6LxHs9DfGc1NpUaEi"
ENCRYPTION_KEY = token_urlsafe(32)
URL = "postgresql://faregate:kX92hfPqzW@db.example.org/faregate"


@pytest.fixture(autouse=True)
def environment():
    """A process environment without settings, restored afterwards."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FAREGATE_") and name != "DATABASE_URL"
    }
    with patch.dict(os.environ, kept, clear=True):
        yield os.environ


@pytest.fixture
def production(environment):
    """An environment that production accepts."""
    environment |= {
        "FAREGATE_ENVIRONMENT": "production",
        "DATABASE_URL": URL,
        "FAREGATE_SECRETS__API_KEY_PEPPER": PEPPER,
        "FAREGATE_SECRETS__ENCRYPTION_KEY": ENCRYPTION_KEY,
    }
    return environment


def complaints():
    with pytest.raises(ValidationError) as caught:
        Settings()
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def test_development_needs_nothing():
    settings = Settings()

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.database.url is None
    assert settings.secrets.api_key_pepper is None


def test_the_plain_database_url_joins_the_other_settings_of_its_group(environment):
    environment |= {"DATABASE_URL": URL, "FAREGATE_DATABASE__POOL_SIZE": "3"}

    settings = Settings()

    assert settings.database.url.get_secret_value() == URL
    assert settings.database.pool_size == 3


def test_the_prefixed_url_wins_over_the_plain_one(environment):
    environment |= {"DATABASE_URL": "postgresql://other/other", "FAREGATE_DATABASE__URL": URL}

    assert Settings().database.url.get_secret_value() == URL


def test_an_empty_variable_is_as_good_as_none(environment):
    environment |= {"DATABASE_URL": "", "FAREGATE_ENVIRONMENT": "", "FAREGATE_HTTP__PORT": ""}

    settings = Settings()

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.http.port == 8000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u:p%40s@h:1/d?sslmode=require", "postgresql+asyncpg://u:p%40s@h:1/d?ssl=require"),
        ("postgresql://h/d?channel_binding=require&sslmode=disable", "postgresql+asyncpg://h/d?ssl=disable"),
        ("postgresql://u@/d?host=/run/pg", "postgresql+asyncpg://u@/d?host=%2Frun%2Fpg"),
    ],
)
def test_the_urls_that_platforms_hand_out_are_understood(given, expected):
    assert DatabaseSettings(url=given).sqlalchemy_url == expected


def test_another_database_is_refused_without_showing_the_url(environment):
    environment["DATABASE_URL"] = "mysql://root:hunter2@host/db"

    with pytest.raises(ValidationError) as caught:
        Settings()

    assert "postgresql://" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("rest", "complaint"),
    [
        ("host:port/db", "must be a URL"),
        ("u:hunter2#@host/db", "must be a URL"),
        ("u:hunter/2@host/db", "must be a URL"),
        ("u:hunter2@[::1/db", "must be a URL"),
        ("h:70000/db", "must be a URL"),
        ("u:hunter2@h/db?sslrootcert=ca", "must do without the parameter sslrootcert"),
        ("u:hunter2@h/db?sslmode=maybe", "must have one of these as sslmode"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_being_shown(environment, rest, complaint):
    environment["DATABASE_URL"] = f"postgresql://{rest}"

    with pytest.raises(ValidationError) as caught:
        Settings()

    assert complaint in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_a_misspelt_name_is_refused(environment):
    environment |= {"FAREGATE_HTPP__PORT": "1", "FAREGATE_HTTP__PROT": "1"}

    assert set(complaints()) == {"http.prot"}
    del environment["FAREGATE_HTTP__PROT"]
    assert complaints() == {"htpp.port": "is not a setting"}


def test_variables_that_an_orchestrator_adds_are_no_settings(environment):
    environment |= {"FAREGATE_PORT": "tcp://10.0.0.1:80", "FAREGATE_SERVICE_HOST": "10.0.0.1"}

    assert Settings().http.port == 8000


def test_production_names_everything_that_is_missing_at_once(environment):
    """SEC-64."""
    environment["FAREGATE_ENVIRONMENT"] = "production"

    assert complaints() == {
        "database.url": "is missing (DATABASE_URL will do)",
        "secrets.api_key_pepper": "is missing",
        "secrets.encryption_key": "is missing",
    }


def test_production_boots_with_a_database_and_proper_secrets(production):
    settings = Settings()

    assert settings.is_production
    assert settings.secrets.peppers == {1: PEPPER.encode()}


@pytest.mark.parametrize(
    ("pepper", "complaint"),
    [
        (PEPPER[:-1], "is too short: at least 32 random characters are needed"),
        ("a" * 64, "is a sample, not random"),
        ("change-me-" + PEPPER, "is a sample, not random"),
    ],
)
def test_production_refuses_a_short_or_sample_pepper(production, pepper, complaint):
    production["FAREGATE_SECRETS__API_KEY_PEPPER"] = pepper

    assert complaints() == {"secrets.api_key_pepper": complaint}


def test_nobody_signs_up_from_the_street_in_production_unless_the_operator_says_so(production):
    assert Settings().sign_up_policy is SignUpPolicy.INVITE_ONLY
    production |= {
        "FAREGATE_ACCOUNTS__SIGN_UP": "open",
        "FAREGATE_MAIL__HOST": "mail.example.org",
        "FAREGATE_MAIL__FROM_ADDRESS": "gate@example.org",
    }

    assert Settings().sign_up_policy is SignUpPolicy.OPEN


def test_everybody_signs_up_in_development_unless_said_otherwise(environment):
    assert Settings().sign_up_policy is SignUpPolicy.OPEN
    environment["FAREGATE_ACCOUNTS__SIGN_UP"] = "closed"

    assert Settings().sign_up_policy is SignUpPolicy.CLOSED


def test_production_looks_at_previous_peppers_too(production):
    production["FAREGATE_SECRETS__PREVIOUS_API_KEY_PEPPERS"] = '{"7": "short"}'

    assert set(complaints()) == {"secrets.previous_api_key_peppers.7"}


@pytest.mark.parametrize(
    "key",
    ["short", "x" * 44, ENCRYPTION_KEY[:-1], ENCRYPTION_KEY + "AAAA", "é" * 43],
    ids=["short", "odd bits", "cut", "longer", "not ASCII"],
)
def test_what_is_no_key_of_32_bytes_is_refused_everywhere_and_not_shown(environment, key):
    environment["FAREGATE_SECRETS__ENCRYPTION_KEY"] = key

    assert complaints() == {"secrets.encryption_key": "Value error, must be 32 bytes in base64url"}


def test_production_refuses_a_sample_for_an_encryption_key(production):
    sample = urlsafe_b64encode(b"0123456789" * 3 + b"01").decode()
    production |= {
        "FAREGATE_SECRETS__ENCRYPTION_KEY": sample,
        "FAREGATE_SECRETS__PREVIOUS_ENCRYPTION_KEYS": f'{{"7": "{sample}"}}',
    }

    assert complaints() == {
        "secrets.encryption_key": "is a sample, not random",
        "secrets.previous_encryption_keys.7": "is a sample, not random",
    }


def test_encryption_keys_are_known_by_their_ids(production):
    old = token_urlsafe(32)
    production |= {
        "FAREGATE_SECRETS__ENCRYPTION_KEY_ID": "8",
        "FAREGATE_SECRETS__PREVIOUS_ENCRYPTION_KEYS": f'{{"7": "{old}"}}',
    }

    secrets = Settings().secrets

    assert {key_id: len(key) for key_id, key in secrets.encryption_keys.items()} == {7: 32, 8: 32}
    assert old not in repr(secrets)
    assert ENCRYPTION_KEY not in repr(secrets)


@pytest.mark.parametrize("password", ["postgres", "faregate", "change-me", "my-password"])
def test_production_refuses_a_sample_database_password(production, password):
    production["DATABASE_URL"] = f"postgresql://faregate:{password}@db/faregate"

    assert complaints() == {"database.url": "has a sample password"}


def test_cheap_password_hashing_is_refused_everywhere(environment):
    environment |= {
        "FAREGATE_SESSIONS__ARGON2_MEMORY_KIB": "1024",
        "FAREGATE_SESSIONS__ARGON2_ITERATIONS": "1",
    }

    assert set(complaints()) == {"sessions.argon2_memory_kib", "sessions.argon2_iterations"}


def test_no_secret_shows_in_what_is_printed_of_settings(production):
    text = repr(Settings())

    assert PEPPER not in text
    assert "kX92hfPqzW" not in text
    assert ENCRYPTION_KEY not in text


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_a_server_on_all_addresses_is_reached_on_this_machine(environment, host, url):
    environment["FAREGATE_HTTP__HOST"] = host

    assert Settings().http.local_url == url
