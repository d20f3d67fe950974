"""Mail settings that production refuses, and those that nobody may have."""

import os
from unittest.mock import patch

import pytest
from pydantic import ValidationError

from app.core.mail_settings import MailSettings
from app.core.settings import Settings

SERVER = {"host": "mail.example.org", "from_address": "gate@example.org"}


def refused(**mail):
    """Which mail settings production complains about, whatever else it misses."""
    accounts = mail.pop("accounts", {})
    empty = patch.dict(os.environ, {"PATH": os.environ["PATH"]}, clear=True)
    with empty, pytest.raises(ValidationError) as caught:
        Settings(environment="production", mail=mail, accounts=accounts)
    return {error["loc"][1] for error in caught.value.errors() if error["loc"][0] == "mail"}


def test_a_server_of_ones_own_is_accepted():
    assert refused(**SERVER) == set()
    assert refused(**SERVER, username="gate", password="secret") == set()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_without_encryption_only_to_this_machine(host):
    assert refused(**SERVER, tls="none") == {"tls"}
    assert refused(**SERVER | {"host": host}, tls="none") == set()


def test_mails_are_from_an_address_of_ones_own():
    assert refused(host="mail.example.org") == {"from_address"}


@pytest.mark.parametrize("half", [{"username": "gate"}, {"password": "secret"}])
def test_a_name_comes_with_a_password(half):
    assert refused(**SERVER, **half) == {"username"}


@pytest.mark.parametrize("policy", ["open", "invite_only"])
def test_who_lets_people_sign_up_needs_a_mail_server(policy):
    assert refused(accounts={"sign_up": policy}) == {"host"}
    assert refused(**SERVER, accounts={"sign_up": policy}) == set()


@pytest.mark.parametrize("accounts", [{}, {"sign_up": "closed"}])
def test_who_does_not_may_do_without(accounts):
    assert refused(accounts=accounts) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from_address", "gate@example.org\r\nBcc: x@example.org"),
        ("from_address", "The Gate <gate@example.org>"),
        ("from_address", "nowhere"),
        ("from_name", "The Gate\r\nBcc: x@example.org"),
        ("from_name", ""),
        ("tls", "maybe"),
        ("port", 0),
    ],
)
def test_what_cannot_be_meant_is_refused_everywhere(name, value):
    """SEC-69."""
    with pytest.raises(ValidationError):
        MailSettings(**{name: value})


def test_the_password_is_never_shown():
    """SEC-64."""
    assert "secret" not in repr(MailSettings(password="secret"))
