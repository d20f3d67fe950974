"""Makes access tokens that are right in all but what a test spoils."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.core.access_tokens import AccessTokens, base64url, with_low_s
from app.core.signing_keys import SigningKeys, import_signing_key

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
START = int(NOW.timestamp())
DROPPED = "left out"


def to_pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = to_pem(PRIVATE_KEY)
KID = import_signing_key(PEM).thumbprint()


def make_tokens(pem=PEM, **changes) -> AccessTokens:
    options = {"issuer": "faregate", "audience": "faregate", "lifetime_seconds": 600, **changes}
    return AccessTokens(SigningKeys(import_signing_key(pem)), **options)


def new_tokens() -> AccessTokens:
    """Those of another Faregate, with a key of its own."""
    return make_tokens(to_pem(ec.generate_private_key(ec.SECP256R1())))


def header(**changes) -> bytes:
    members = {"alg": "ES256", "kid": KID, "typ": "at+jwt", **changes}
    return compact({name: value for name, value in members.items() if value is not DROPPED})


def claims(**changes) -> bytes:
    members = {
        "iss": "faregate",
        "aud": "faregate",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "iat": START,
        "exp": START + 600,
        "jti": str(uuid4()),
        **changes,
    }
    return compact({name: value for name, value in members.items() if value is not DROPPED})


def compact(value) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def sign(payload: bytes, header_bytes: bytes | None = None, key=PRIVATE_KEY) -> str:
    """A right signature over any header and payload, in the form we accept."""
    signed = f"{base64url(header_bytes or header())}.{base64url(payload)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return with_low_s(f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")
