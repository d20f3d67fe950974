"""GitHub's keys: fetched once, again for an unknown one, and kept when they cannot be had."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.adapters.github_leak_reporter import GithubLeakReporter
from app.adapters.outbound_client import OutboundClient, OutboundError, OutboundPolicy
from tests.factories.certificates import CertificateAuthority
from tests.factories.https_server import https_server, says
from tests.factories.leak_reports import Finder, report

PATH = "/meta/public_keys/secret_scanning"
BODY = report("fg_live_x")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def server(authority):
    async with https_server(authority.server_context("localhost")) as served:
        yield served


class Watch:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = datetime(2026, 1, 17, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
async def reporter(authority, server, watch):
    networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    client = OutboundClient(OutboundPolicy(allowed_networks=networks, tls=authority.client_context()))
    yield GithubLeakReporter(client, f"{server.url}{PATH}", clock=watch)
    await client.close()


def publish(server, *finders, more=()):
    server.answers[PATH] = says({"public_keys": [*more, *(each.published for each in finders)]})


async def believes(reporter, finder):
    return await reporter.has_signed(BODY, key_id=finder.key_id, signature=finder.sign(BODY))


async def test_a_published_key_is_believed_and_fetched_once(server, reporter):
    finder, other = Finder(), Finder()
    publish(server, finder)

    assert [await believes(reporter, each) for each in (finder, finder, other)] == [True, True, False]
    assert server.asked(PATH) == 1


async def test_a_flood_of_unknown_keys_asks_once_a_minute(server, reporter, watch):
    publish(server, Finder())
    for number in range(5):
        assert not await believes(reporter, Finder(f"unknown-{number}"))
    asked = server.asked(PATH)
    watch.now += timedelta(seconds=61)
    new = Finder("new")
    publish(server, new)

    assert await believes(reporter, new)
    assert (asked, server.asked(PATH)) == (1, 2)


async def test_keys_are_kept_when_they_cannot_be_had_and_nothing_is_believed_before(server, reporter, watch):
    finder = Finder()
    server.answers[PATH] = says({}, 500)
    with pytest.raises(OutboundError):
        await believes(reporter, finder)
    watch.now += timedelta(minutes=1)
    publish(server, finder)
    assert await believes(reporter, finder)

    watch.now += timedelta(hours=2)
    server.answers[PATH] = says({}, 500)

    assert await believes(reporter, finder)


async def test_a_key_of_another_kind_is_passed_over(server, reporter):
    pem = (
        generate_private_key(SECP384R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    odd = [{"key_identifier": "p384", "key": pem.decode()}, {"key_identifier": "broken", "key": "x"}, 7]
    finder = Finder()
    publish(server, finder, more=odd)

    assert await believes(reporter, finder)
    assert not await reporter.has_signed(BODY, key_id="p384", signature=finder.sign(BODY))


@pytest.mark.parametrize("document", [[], {}, {"public_keys": []}, {"public_keys": 1}], ids=str)
async def test_a_document_without_a_key_is_no_answer(server, reporter, document):
    server.answers[PATH] = says(document)

    with pytest.raises(OutboundError):
        await believes(reporter, Finder())
