"""Opaque tokens: random strings that are used once and stored only as a digest.

256 bits of randomness leave nothing to guess, so a plain SHA-256 is as good as a slow hash, and unlike an
HMAC it survives a change of pepper. The purpose is part of the digest: a token of one kind is never one of
another.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

SECRET_BYTES = 32
CODE_DIGITS = 6
SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class TokenPurpose(StrEnum):
    """What a token is for: its prefix, which also lets scanners find a leaked one."""

    REFRESH = "fgr_"
    SIGN_UP = "fgs_"
    PASSWORD_RESET = "fgp_"  # noqa: S105 -- a prefix
    EMAIL_CHANGE = "fge_"
    REAUTHENTICATION = "fga_"
    INVITATION = "fgi_"
    PROVIDER_STATE = "fgo_"
    PROVIDER_BROWSER = "fgb_"
    """What binds a sign-in through a provider to the browser that began it."""
    SECOND_FACTOR = "fgm_"
    """A first factor was right, a second one is to be proved: the `mfa_token`."""
    HANDLE = "fgh_"
    """Who asked for a one-time code: only together with it is the code worth anything."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token: the string to hand over, and what is stored of it."""

    token: str
    digest: bytes


def issue(purpose: TokenPurpose) -> IssuedToken:
    """Make a token from the system's randomness."""
    token = f"{purpose}{secrets.token_urlsafe(SECRET_BYTES)}"
    return IssuedToken(token, hashlib.sha256(token.encode()).digest())


def new_salt() -> bytes:
    """What is stored of a token that is being used, so that its successor can be told once more."""
    return secrets.token_bytes(SECRET_BYTES)


def issue_successor(token: str, purpose: TokenPurpose, *, salt: bytes) -> IssuedToken:
    """The one token that follows `token` under this salt.

    The token is the key and only its digest is stored, so a stolen table does not tell the successor;
    neither does a stolen token, without the salt (HMAC-SHA256, RFC 2104).
    """
    secret = base64.urlsafe_b64encode(hmac.digest(token.encode(), salt, "sha256")).rstrip(b"=").decode()
    successor = f"{purpose}{secret}"
    return IssuedToken(successor, hashlib.sha256(successor.encode()).digest())


def digest_of(token: str, purpose: TokenPurpose) -> bytes | None:
    """What a token of this purpose is stored as; None for a string that cannot be one."""
    if not token.startswith(purpose) or SECRET_PATTERN.fullmatch(token, len(purpose)) is None:
        return None
    return hashlib.sha256(token.encode()).digest()


def new_code() -> str:
    """A code that people can type: worth nothing without its handle, for minutes, and for few tries."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def digest_of_code(code: str, handle: str) -> bytes:
    """What a code is stored as: without the handle, which is stored nowhere, nobody finds it by trying."""
    return hashlib.sha256(f"{handle}:{code}".encode("utf-8", "surrogatepass")).digest()
