"""Opaque tokens: random strings that are used once and stored only as a digest.

256 bits of randomness leave nothing to guess, so a plain SHA-256 is as good as a slow hash, and unlike an
HMAC it survives a change of pepper. The purpose is part of the digest: a token of one kind is never one of
another.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

SECRET_BYTES = 32
SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class TokenPurpose(StrEnum):
    """What a token is for: its prefix, which also lets scanners find a leaked one."""

    REFRESH = "fgr_"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token: the string to hand over, and what is stored of it."""

    token: str
    digest: bytes


def issue(purpose: TokenPurpose) -> IssuedToken:
    """Make a token from the system's randomness."""
    token = f"{purpose}{secrets.token_urlsafe(SECRET_BYTES)}"
    return IssuedToken(token, hashlib.sha256(token.encode()).digest())


def digest_of(token: str, purpose: TokenPurpose) -> bytes | None:
    """What a token of this purpose is stored as; None for a string that cannot be one."""
    if not token.startswith(purpose) or SECRET_PATTERN.fullmatch(token, len(purpose)) is None:
        return None
    return hashlib.sha256(token.encode()).digest()
