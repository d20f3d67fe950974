"""The one way out: every call to somebody else's server passes here.

What is called is often named by others (an issuer's discovery document names the next URL), so a name is
never trusted: https only, resolved once, refused unless every address is public, and connected to exactly
the address that was judged (OWASP API7).
"""

import asyncio
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpx2

from app.core.public_addresses import IPAddress, IPNetwork, is_public, is_within

HTTPS_PORT = 443
ADDRESSES_TRIED_MAX = 3
RESPONSE_BYTES_MAX = 524_288
URL_LENGTH_MAX = 2_048
PORT_MAX = 65_535
NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*", re.ASCII)
"""A last label that makes a host an IPv4 address to some readers: 2130706433, 0177.1, 0x7f.1 (WHATWG URL)."""

Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]
"""The addresses of a host name."""


class OutboundError(Exception):
    """The call brought no usable answer; the message says why and holds nothing that was sent."""


class ForbiddenDestinationError(OutboundError):
    """The URL leads where this server must not call."""


class FailedCallError(OutboundError):
    """The other side could not be reached, was too slow, or sent too much or not what was asked for."""


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """How far out calls may go."""

    allowed_networks: tuple[IPNetwork, ...] = ()
    """Networks that are not public and may be called all the same."""
    timeout_seconds: float = 5
    """For all of a call: looking up, connecting, and reading the answer to its end."""
    response_bytes_max: int = RESPONSE_BYTES_MAX
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """What came back, whole."""

    status: int
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 -- whatever the other side says
        """The body as JSON.

        Raises:
            FailedCallError: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise FailedCallError("the answer is not JSON") from error


async def resolve_by_system(host: str, port: int) -> Sequence[IPAddress]:
    """Ask the system's resolver.

    Raises:
        OSError: it knows no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(address[0]) for *_, address in found))


class OutboundClient:
    """Calls public https servers, each call on a connection of its own and within a time and a size."""

    def __init__(self, policy: OutboundPolicy | None = None, *, resolve: Resolve = resolve_by_system) -> None:
        self._policy = policy or OutboundPolicy()
        self._resolve = resolve
        # Nothing is kept open: a connection kept under an address would serve another name there.
        # No proxy and no certificate file is taken from the environment.
        self._transport = httpx2.AsyncHTTPTransport(
            verify=self._policy.tls, trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0)
        )

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> OutboundAnswer:
        """Fetch what is there.

        Raises:
            ForbiddenDestinationError: the URL leads where this server must not call.
            FailedCallError: no whole answer came in time, or it was a redirect.
        """
        return await self._call("GET", url, headers or {})

    async def post_form(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> OutboundAnswer:
        """Send a form.

        Raises:
            ForbiddenDestinationError: the URL leads where this server must not call.
            FailedCallError: no whole answer came in time, or it was a redirect.
        """
        return await self._call("POST", url, headers or {}, form)

    async def close(self) -> None:
        """Let go of what is open."""
        await self._transport.aclose()

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> OutboundAnswer:
        destination = to_destination(url)
        # No encoding: a few compressed bytes can be gigabytes.
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Faregate"}
        request = httpx2.Request(method, destination, headers={**sent, **headers}, data=form)
        try:
            async with asyncio.timeout(self._policy.timeout_seconds):
                return await self._send(request)
        except TimeoutError as error:
            raise FailedCallError("the answer took too long") from error
        except httpx2.HTTPError as error:
            message = f"the call failed: {type(error).__name__}"
            raise FailedCallError(message) from error

    async def _send(self, request: httpx2.Request) -> OutboundAnswer:
        addresses = await self._judged_addresses(host_of(request.url), request.url.port or HTTPS_PORT)
        response = await self._connect(request, addresses)
        try:
            return await self._read(response)
        finally:
            await response.aclose()

    async def _judged_addresses(self, host: str, port: int) -> Sequence[IPAddress]:
        try:
            addresses = [ip_address(host)]
        except ValueError:
            try:
                addresses = list(await self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                raise FailedCallError("the host is unknown") from error
        # One inner address among public ones is no accident either: all or nothing.
        if not addresses or not all(map(self._may_call, addresses)):
            raise ForbiddenDestinationError("the host is not on the public internet")
        return addresses[:ADDRESSES_TRIED_MAX]

    def _may_call(self, address: IPAddress) -> bool:
        return is_public(address) or is_within(address, self._policy.allowed_networks)

    async def _connect(self, request: httpx2.Request, addresses: Sequence[IPAddress]) -> httpx2.Response:
        """Send to the first address that can be connected to; the certificate must be the name's."""
        *others, last = addresses
        for address in others:
            with suppress(httpx2.ConnectError):
                return await self._transport.handle_async_request(pinned(request, address))
        return await self._transport.handle_async_request(pinned(request, last))

    async def _read(self, response: httpx2.Response) -> OutboundAnswer:
        if response.is_redirect:
            raise FailedCallError("the answer is a redirect")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FailedCallError("the answer is compressed")
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > self._policy.response_bytes_max:
                raise FailedCallError("the answer is too long")
        return OutboundAnswer(response.status_code, bytes(body))


def to_destination(text: str) -> httpx2.URL:
    """Read a URL that may be called, but for its addresses.

    Raises:
        ForbiddenDestinationError: it is not https, carries a name and password, or hides an address.
    """
    try:
        if len(text) > URL_LENGTH_MAX:
            raise ForbiddenDestinationError("the URL is too long")
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise ForbiddenDestinationError("the URL cannot be read") from error
    if url.scheme != "https" or not url.host or url.userinfo or url.fragment:
        raise ForbiddenDestinationError("the URL is not a plain https URL")
    if not 0 < (url.port or HTTPS_PORT) <= PORT_MAX or not is_plain_host(host_of(url)):
        raise ForbiddenDestinationError("the host or the port is not a plain one")
    return url


def host_of(url: httpx2.URL) -> str:
    """The host as resolvers and certificates spell it: in ASCII, without brackets."""
    return url.raw_host.decode("ascii")


def is_plain_host(host: str) -> bool:
    """Whether all readers agree on what this is: a name, or an address in its usual form."""
    try:
        return "%" not in host and ip_address(host) is not None
    except ValueError:
        last_label = host.rstrip(".").rpartition(".")[2]
        return NAME.fullmatch(host) is not None and NUMERIC_LABEL.fullmatch(last_label) is None


def pinned(request: httpx2.Request, address: IPAddress) -> httpx2.Request:
    """The same request to exactly this address, in the name of the host it was meant for."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        # The Host header was written when the request was made: it still names the host.
        headers=request.headers,
        stream=request.stream,
        extensions={"sni_hostname": host_of(request.url)},
    )
