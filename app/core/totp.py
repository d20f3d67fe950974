"""Time-based one-time passwords (RFC 6238): six digits, thirty seconds, SHA-1, as all authenticators read."""

import base64
import hmac
import io
import re
import secrets
import unicodedata
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

SECRET_PURPOSE = "totp"  # noqa: S105 -- what a secret is sealed for
SECRET_BYTES = 20
"""RFC 4226, section 4, R6: 160 bits."""
DIGITS = 6
STEP_SECONDS = 30
STEPS_OF_LEEWAY = 1
"""RFC 6238, section 5.2: one step for the time it takes to type, and for clocks that differ."""
CODE_PATTERN = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


def new_secret() -> bytes:
    """A secret from the system's randomness."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(now: datetime) -> int:
    """The number of the time step that `now` lies in."""
    return int(now.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int) -> str:
    """The code of one step."""
    # SHA-1 as a PRF in HMAC is sound, and the only hash that all authenticators know.
    return HOTP(secret, DIGITS, SHA1(), enforce_key_length=False).generate(step).decode()  # noqa: S303


def find_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step near `now` whose code this is; None when it is none's.

    Every step is compared, and in constant time: how long it takes tells nothing.
    """
    normalized = normalize_code(code)
    if normalized is None:
        return None
    current = step_of(now)
    steps = range(current - STEPS_OF_LEEWAY, current + STEPS_OF_LEEWAY + 1)
    matching = [step for step in steps if hmac.compare_digest(code_of(secret, step), normalized)]
    return max(matching, default=None)


def normalize_code(text: str) -> str | None:
    """The one form in which codes are compared: spaces go, digits of other widths become plain ones."""
    digits = "".join(unicodedata.normalize("NFKC", text).split())
    return digits if CODE_PATTERN.fullmatch(digits) else None


def to_base32(secret: bytes) -> str:
    """A secret as people type it, if they cannot scan it."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What an authenticator reads from the QR code (Key URI format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    parameters = {"secret": to_base32(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"


def qr_code_svg(uri: str) -> str:
    """A QR code as an SVG element to put into a page."""
    picture = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(picture, kind="svg", scale=4, xmldecl=False, nl=False)
    return picture.getvalue().decode()
