"""API key strings: `fg_<env>_<id><secret><check>`, made, parsed and compared.

The check is the CRC32 of all before it, so a mistyped key is refused without I/O; the secret is stored as
HMAC-SHA256 under a pepper, so a stolen table opens nothing.
"""

import hmac
import re
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
"""All base62 numbers of two digits, because every request pays for a check or two."""
LOOKUP_ID_LENGTH = 12
SECRET_LENGTH = 32
CHECK_LENGTH = 6
KEY_PATTERN = re.compile(r"fg_(?:live|test)_[0-9A-Za-z]{50}", re.ASCII)
ABSENT_DIGEST = bytes(32)
"""Compared with when the id is unknown, so that it costs the same work."""

KeyEnvironment = Literal["live", "test"]
CapPeriod = Literal["day", "month"]


class PresentedKey(NamedTuple):
    """A well-formed key string, taken apart."""

    lookup_id: str
    secret: bytes
    organization_id: UUID | None = None
    """The organization that is asked for; a key has one alone, so any other is refused."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key: the string to show once, and what is stored of it."""

    api_key: str
    lookup_id: str
    digest: bytes
    pepper_id: int


class ApiKeySecrets:
    """Issues and checks key strings under the configured peppers."""

    def __init__(self, peppers: Mapping[int, bytes], *, current_pepper_id: int) -> None:
        self._peppers = dict(peppers)
        self._current_pepper_id = current_pepper_id

    def issue(self, environment: KeyEnvironment) -> IssuedKey:
        """Make a new key string from the system's randomness (190 bits of secret)."""
        lookup_id = random_text(LOOKUP_ID_LENGTH)
        secret = random_text(SECRET_LENGTH)
        body = f"fg_{environment}_{lookup_id}{secret}"
        pepper_id = self._current_pepper_id
        digest = self._digest(secret.encode(), pepper_id)
        return IssuedKey(f"{body}{checksum(body)}", lookup_id, digest, pepper_id)

    def matches(self, presented: PresentedKey, *, digest: bytes | None, pepper_id: int | None) -> bool:
        """Whether the presented secret is the stored one; an absent one takes the same time to refuse."""
        known_pepper_id = pepper_id if pepper_id in self._peppers else self._current_pepper_id
        actual = self._digest(presented.secret, known_pepper_id)
        equal = hmac.compare_digest(actual, digest or ABSENT_DIGEST)
        return equal and digest is not None and known_pepper_id == pepper_id

    def seal(self, secret: bytes) -> tuple[bytes, int]:
        """What is stored of a secret that somebody else has issued: its digest, and the pepper's id."""
        return self._digest(secret, self._current_pepper_id), self._current_pepper_id

    def _digest(self, secret: bytes, pepper_id: int) -> bytes:
        return hmac.digest(self._peppers[pepper_id], secret, "sha256")


def parse(text: str) -> PresentedKey | None:
    """Take a key string apart; None when it is malformed or its check is wrong."""
    if KEY_PATTERN.fullmatch(text) is None or checksum(text[:-CHECK_LENGTH]) != text[-CHECK_LENGTH:]:
        return None
    return PresentedKey(lookup_id=text[8:20], secret=text[20:52].encode())


def prefix_of(environment: str, lookup_id: str) -> str:
    """The part of a key that is shown after its creation."""
    return f"fg_{environment}_{lookup_id[:4]}"


def checksum(body: str) -> str:
    """The CRC32 of `body` in base62, left-padded to six characters."""
    rest, low = divmod(zlib.crc32(body.encode()), len(PAIRS))
    high, middle = divmod(rest, len(PAIRS))
    return PAIRS[high] + PAIRS[middle] + PAIRS[low]


def random_text(length: int) -> str:
    """`length` base62 characters from the system's randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
