"""Asking about breached passwords: hit, miss, and everything that a server can do wrong (SEC-02)."""

import asyncio
import hashlib
from ipaddress import ip_network

import pytest

from app.adapters.breached_passwords import (
    BreachesUnavailableError,
    NoBreachedPasswords,
    PwnedPasswords,
)
from app.adapters.outbound_client import OutboundClient, OutboundPolicy
from app.core.exceptions import InvalidFieldError, PasswordCheckUnavailableError
from app.services.new_password_service import NewPasswordService
from tests.factories.certificates import CertificateAuthority
from tests.factories.https_server import https_server, raw, sends

PASSWORD = "correct horse battery staple"
DIGEST = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
PREFIX, REST = DIGEST[:5], DIGEST[5:]
OTHER = "0" * 35


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def server(authority):
    async with https_server(authority.server_context("localhost")) as served:
        yield served


@pytest.fixture
async def breached(authority, server):
    policy = OutboundPolicy(
        allowed_networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")), tls=authority.client_context()
    )
    client = OutboundClient(policy)
    yield PwnedPasswords(client, f"{server.url}/range", timeout_seconds=0.5)
    await client.close()


def answers(server, body, status=200):
    server.answers[f"/range/{PREFIX}"] = sends(raw(status, body.encode()))


async def test_a_password_in_the_answer_is_breached(server, breached):
    answers(server, f"{OTHER}:7\r\n{REST}:42")

    assert await breached.contains(PASSWORD)


@pytest.mark.parametrize("body", [f"{OTHER}:7", f"{OTHER}:7\r\n{REST}:0"])
async def test_a_password_that_is_missing_or_only_padding_is_not(server, breached, body):
    answers(server, body)

    assert not await breached.contains(PASSWORD)


async def test_the_server_learns_the_first_five_digits_of_a_hash_and_no_more(server, breached):
    answers(server, f"{REST}:1")

    await breached.contains(PASSWORD)

    (request,) = server.received
    assert request.path == f"/range/{PREFIX}"
    assert request.headers["add-padding"] == "true"
    assert REST.lower() not in repr(request).lower()
    assert PASSWORD not in repr(request)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 200),
        ("<html>hello</html>", 200),
        (f"{REST}", 200),
        (f"{REST}:-1", 200),
        (f"{REST}:1\r\n{{}}", 200),
        ("\u00e9" * 100, 200),
        ("A" * 600_000, 200),
        (f"{REST}:1", 500),
        (f"{REST}:1", 429),
        (f"{REST}:1", 302),
    ],
)
async def test_garbage_and_errors_tell_nothing(server, breached, body, status):
    answers(server, body, status)

    with pytest.raises(BreachesUnavailableError) as caught:
        await breached.contains(PASSWORD)

    assert REST not in repr(caught.value)


async def stall(_request, writer):
    """Begins an answer and never ends it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(5)


async def test_a_slow_server_is_not_waited_for(server, breached):
    server.answers[f"/range/{PREFIX}"] = stall

    with pytest.raises(BreachesUnavailableError):
        await breached.contains(PASSWORD)


class Breached:
    """Says the same about every password."""

    def __init__(self, verdict):
        self._verdict = verdict

    async def contains(self, password):  # noqa: ARG002 -- as the protocol says
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


def passwords(resources, verdict, *, refuse_unchecked=False):
    return NewPasswordService(resources.password_hasher, Breached(verdict), refuse_unchecked=refuse_unchecked)


async def test_a_breached_password_is_refused_before_it_is_hashed(resources, monkeypatch):
    monkeypatch.setattr(resources.password_hasher, "_run", None)

    with pytest.raises(InvalidFieldError) as caught:
        await passwords(resources, True).hash(PASSWORD)

    assert caught.value.members["errors"][0]["code"] == "password_common"


async def test_while_the_server_is_away_passwords_pass_if_the_operator_says_so(resources):
    """SEC-65: the bundled list has been looked at all the same."""
    service = passwords(resources, BreachesUnavailableError("away"))

    assert await service.hash(PASSWORD)
    with pytest.raises(InvalidFieldError):
        await service.hash("passwordpassword")


async def test_while_the_server_is_away_passwords_are_refused_if_the_operator_says_so(resources):
    """SEC-65."""
    with pytest.raises(PasswordCheckUnavailableError):
        await passwords(resources, BreachesUnavailableError("away"), refuse_unchecked=True).hash(PASSWORD)


async def test_nobody_is_asked_unless_a_server_is_set(resources):
    assert isinstance(resources.breached_passwords, NoBreachedPasswords)
    assert not await resources.breached_passwords.contains(PASSWORD)
