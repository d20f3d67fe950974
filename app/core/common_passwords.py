"""Passwords that everybody who guesses tries first: 103,000 from breaches, as short digests.

Made by `scripts/make_common_passwords.py` from the list `10-million-password-list-top-1000000` of SecLists
(MIT licence, `common_passwords.LICENSE`): all of 15 characters and more, and those of 8 and more among the
250,000 most common. Five bytes for each: one of ten million other passwords is refused for nothing.
"""

import hashlib
import unicodedata
from bisect import bisect_left
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("common_passwords.bin")
DIGEST_BYTES = 5
DECORATION_LENGTH_MAX = 4
"""So many digits and signs around a common password make it no other."""


def is_common(password: str) -> bool:
    """Whether a password is in the list: in any case, with spaces between, or with a few signs around it."""
    text = folded(password)
    core = text.strip("".join(character for character in set(text) if not character.isalpha()))
    spellings = {text, "".join(text.split())}
    if len(text) - len(core) <= DECORATION_LENGTH_MAX:
        spellings.add(core)
    return any(is_listed(spelling) for spelling in spellings)


def is_listed(text: str) -> bool:
    """Whether a folded password is in the list."""
    digests, digest = listed_digests(), digest_of(text)
    count = len(digests) // DIGEST_BYTES
    place = bisect_left(range(count), digest, key=lambda index: digest_at(digests, index))
    # standards: ignore[GRD008] the list is public, so there is nothing to tell
    return place < count and digest_at(digests, place) == digest


def folded(password: str) -> str:
    """A password without what people vary without making it another: case, and forms of a character."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", password).casefold())


def digest_of(text: str) -> bytes:
    """What a folded password is listed as."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES]


def digest_at(digests: bytes, index: int) -> bytes:
    """One digest of the list."""
    return digests[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES]


@cache
def listed_digests() -> bytes:
    """The list: half a megabyte, read once."""
    return DATA.read_bytes()
