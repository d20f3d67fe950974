"""Whether a password is known from breaches: asked of a server that never learns which one is meant."""

import asyncio
import hashlib
import re
from typing import Protocol

from app.adapters.outbound_client import OutboundClient, OutboundError

PREFIX_LENGTH = 5
LINE = re.compile(r"([0-9A-F]{35}):([0-9]{1,10})", re.ASCII)
OK = 200


class BreachesUnavailableError(Exception):
    """The server gave no usable answer; the message holds nothing of the password."""


class BreachedPasswords(Protocol):
    """What knows more breached passwords than the bundled list."""

    async def contains(self, password: str) -> bool:
        """Whether it is known.

        Raises:
            BreachesUnavailableError: that cannot be told now.
        """


class NoBreachedPasswords:
    """Knows none: the bundled list has to do."""

    async def contains(self, password: str) -> bool:  # noqa: ARG002 -- as the protocol says
        """No."""
        return False


class PwnedPasswords:
    """Asks a range server like that of Have I Been Pwned, by k-anonymity.

    It is sent the first 20 bits of the SHA-1, shared by a thousand passwords, and answers the rest of each
    hash that it knows. The padding keeps the length of the answer from telling which range it was.
    """

    def __init__(self, client: OutboundClient, url: str, *, timeout_seconds: float) -> None:
        self._client = client
        self._url = url if url.endswith("/") else f"{url}/"
        self._timeout_seconds = timeout_seconds

    async def contains(self, password: str) -> bool:
        """Whether it is known.

        Raises:
            BreachesUnavailableError: the server is away, slow, or answers something else.
        """
        # Not for secrecy: SHA-1 is how the server names passwords.
        digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        prefix, rest = digest[:PREFIX_LENGTH].upper(), digest[PREFIX_LENGTH:].upper()
        counts = await self._ask(prefix)
        # A padding line has the count 0.
        return counts.get(rest, 0) > 0

    async def _ask(self, prefix: str) -> dict[str, int]:
        headers = {"Accept": "text/plain", "Add-Padding": "true"}
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._client.get(f"{self._url}{prefix}", headers=headers)
        except (OutboundError, TimeoutError) as error:
            raise BreachesUnavailableError("the server gives no answer") from error
        if answer.status != OK:
            message = f"the server answers {answer.status}"
            raise BreachesUnavailableError(message)
        return counts_in(answer.body)


def counts_in(body: bytes) -> dict[str, int]:
    """How often each rest of a hash was seen.

    Raises:
        BreachesUnavailableError: this is no such list.
    """
    lines = [LINE.fullmatch(line.strip()) for line in body.decode("ascii", "replace").splitlines()]
    found = {line[1]: int(line[2]) for line in lines if line is not None}
    if not lines or len(found) != len(lines):
        raise BreachesUnavailableError("the answer is not a list of hashes")
    return found
