"""The one way out: where it does not go, and what it does not wait for."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from app.adapters.outbound_client import (
    FailedCallError,
    ForbiddenDestinationError,
    OutboundClient,
    OutboundPolicy,
    to_destination,
)
from tests.factories.certificates import CertificateAuthority
from tests.factories.https_server import https_server, raw, says, sends

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def server(authority):
    async with https_server(authority.server_context("localhost", "idp.example.org")) as served:
        yield served


def resolving(*answers):
    """A resolver that gives each answer once, and remembers what it was asked."""
    left = [[ip_address(text) for text in answer] for answer in answers]
    asked = []

    async def resolve(host, port):
        asked.append(host)
        return left.pop(0)

    resolve.asked = asked
    return resolve


@pytest.fixture
async def make_client(authority):
    made = []
    policy = OutboundPolicy(allowed_networks=LOOPBACK, timeout_seconds=5, tls=authority.client_context())

    def make_client(*, resolve=None, **changes):
        client = OutboundClient(
            replace(policy, **changes), resolve=resolve or resolving(["127.0.0.1"], ["127.0.0.1"])
        )
        made.append(client)
        return client

    yield make_client
    for client in made:
        await client.close()


async def test_an_answer_comes_back_whole(server, make_client):
    server.answers["/hello"] = says({"said": "hello"})

    answer = await make_client().get(f"{server.url}/hello")

    assert (answer.status, answer.json()) == (200, {"said": "hello"})


async def test_a_form_arrives_as_a_form(server, make_client):
    server.answers["/token"] = says({})

    await make_client().post_form(f"{server.url}/token", {"code": "a b&c"}, headers={"Authorization": "x"})

    (received,) = server.received
    assert received.form == {"code": "a b&c"}
    assert received.headers["authorization"] == "x"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_the_name_goes_with_the_call_and_the_certificate_must_be_the_name_s(server, make_client):
    """SEC-44: the connection goes to the judged address, in the name of the host."""
    server.answers["/"] = says({})

    await make_client().get(f"https://idp.example.org:{server.port}/")

    assert server.received[0].headers["host"] == f"idp.example.org:{server.port}"
    with pytest.raises(FailedCallError):
        await make_client().get(f"https://other.example.org:{server.port}/")
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "https://",
        "//example.org/", "example.org", "", "https://user:secret@example.org/", "https://user@example.org/",
        "https://example.org/#fragment", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://0x7f.1/", "https://127.1/", "https://127.0.1/", "https://127.0.0.1./", "https://017700000001/",
        "https://example.0x1/", "https://[::1/", "https://exa mple.org/", "https://example.org:99999/",
        "https://[fe80::1%25eth0]/", "https://example.org/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_a_url_that_is_not_plainly_https_to_a_plain_host_is_refused(url):
    """SEC-44."""
    with pytest.raises(ForbiddenDestinationError):
        to_destination(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.7", "169.254.169.254", "192.168.0.1", "100.100.100.200", "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fe80::1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
    ],
)  # fmt: skip
async def test_an_address_inside_is_refused_before_anything_is_sent(make_client, host):
    """SEC-44."""
    with pytest.raises(ForbiddenDestinationError):
        await make_client(allowed_networks=()).get(f"https://{host}/")


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], []],
)
async def test_a_name_that_leads_inside_is_refused_even_if_only_partly(server, make_client, addresses):
    """SEC-44."""
    client = make_client(resolve=resolving(addresses), allowed_networks=())

    with pytest.raises(ForbiddenDestinationError):
        await client.get(f"https://idp.example.org:{server.port}/")

    assert server.received == []


async def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(server, make_client):
    """SEC-44: DNS rebinding. The second answer, which leads elsewhere, is never asked for."""
    server.answers["/"] = says({})
    resolve = resolving(["127.0.0.1"], ["10.0.0.1"])

    await make_client(resolve=resolve).get(f"https://idp.example.org:{server.port}/")

    assert resolve.asked == ["idp.example.org"]
    assert len(server.received) == 1


async def test_each_call_is_judged_anew(server, make_client):
    """SEC-44: no connection outlives its call, so none serves a name that has moved."""
    server.answers["/"] = says({})
    client = make_client(resolve=resolving(["127.0.0.1"], ["10.0.0.1"]))
    await client.get(f"https://idp.example.org:{server.port}/")

    with pytest.raises(ForbiddenDestinationError):
        await client.get(f"https://idp.example.org:{server.port}/")


async def test_the_next_address_is_tried_when_one_does_not_answer(server, make_client):
    server.answers["/"] = says({})

    answer = await make_client(resolve=resolving(["127.0.0.2", "127.0.0.1"])).get(
        f"https://idp.example.org:{server.port}/"
    )

    assert answer.status == 200


async def test_a_form_is_sent_whole_to_the_address_that_answers(server, make_client):
    server.answers["/"] = says({})

    await make_client(resolve=resolving(["127.0.0.2", "127.0.0.1"])).post_form(
        f"https://idp.example.org:{server.port}/", {"code": "x"}
    )

    assert server.received[0].form == {"code": "x"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(server, make_client, status):
    """SEC-44."""
    server.answers["/"] = sends(raw(status, Location=f"{server.url}/elsewhere"))

    with pytest.raises(FailedCallError, match="redirect"):
        await make_client().get(f"{server.url}/")

    assert server.asked("/elsewhere") == 0


async def test_an_answer_without_end_is_cut_off(server, make_client):
    """SEC-44."""

    async def flood(_request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    server.answers["/"] = flood

    with pytest.raises(FailedCallError, match="too long"):
        await make_client().get(f"{server.url}/")


async def test_an_answer_that_says_it_is_compressed_is_not_unpacked(server, make_client):
    """SEC-44: a few bytes could become gigabytes."""
    server.answers["/"] = sends(raw(200, b"\x1f\x8b", Content_Encoding="gzip"))

    with pytest.raises(FailedCallError, match="compressed"):
        await make_client().get(f"{server.url}/")

    assert server.received[0].headers["accept-encoding"] == "identity"


async def test_an_answer_that_trickles_is_given_up(server, make_client):
    """SEC-44: the time is for the whole call, so a byte now and then does not prolong it."""

    async def trickle(_request, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    server.answers["/"] = trickle

    with pytest.raises(FailedCallError, match="took too long"):
        await make_client(timeout_seconds=0.3).get(f"{server.url}/")


async def test_a_lookup_that_hangs_is_given_up(make_client):
    async def hang(host, port):
        await asyncio.sleep(60)

    with pytest.raises(FailedCallError, match="took too long"):
        await make_client(resolve=hang, timeout_seconds=0.05).get("https://idp.example.org/")


@pytest.mark.parametrize(
    "data", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"]
)
async def test_an_answer_that_is_no_http_is_a_failed_call(server, make_client, data):
    server.answers["/"] = sends(data)

    with pytest.raises(FailedCallError):
        await make_client().get(f"{server.url}/")


async def test_a_certificate_of_a_stranger_is_refused(server, tmp_path, make_client):
    stranger = CertificateAuthority(tmp_path)

    with pytest.raises(FailedCallError):
        await make_client(tls=stranger.client_context()).get(f"{server.url}/")

    assert server.received == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xfe"])
async def test_an_answer_that_is_not_json_says_so(server, make_client, body):
    server.answers["/"] = sends(raw(200, body))
    answer = await make_client().get(f"{server.url}/")

    with pytest.raises(FailedCallError):
        answer.json()


async def test_no_proxy_of_the_environment_is_asked(server, make_client, monkeypatch):
    server.answers["/"] = says({})
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    answer = await make_client().get(f"{server.url}/")

    assert answer.status == 200
