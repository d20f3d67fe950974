"""Access tokens: short-lived `at+jwt` (RFC 9068), signed ES256, in exactly one byte form each.

Only Faregate issues them, so verifying asks for Faregate's own form: the header must equal, byte for byte,
the one this key writes. `alg`, `typ` and `kid` are thereby fixed, and `crit`, `jku`, `jwk` and `x5u` have no
place to stand; nothing of a header is parsed before it is known to be ours.
"""

import base64
import binascii
import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact, serialize_compact

from app.core.identifiers import new_id

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 -- the name of a type, not a secret
TOKEN_LENGTH_MAX = 2048
CACHE_SIZE = 10_000
CLOCK_SKEW = timedelta(seconds=5)
"""How far another node's clock may run ahead of ours. An expiry has no leeway at all."""
SIGNATURE_BYTES = 64
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CLAIM_NAMES = frozenset({"iss", "aud", "sub", "sid", "iat", "exp", "jti"})


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says; whether its session still lives is the gate's question."""

    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime
    jti: UUID

    def is_current(self, now: datetime) -> bool:
        """Whether the token's time has come and not yet passed."""
        return self.issued_at - CLOCK_SKEW <= now < self.expires_at


class AccessTokens:
    """Issues access tokens and verifies them, remembering signatures already checked."""

    def __init__(
        self,
        signing_key_pem: str,
        *,
        issuer: str,
        audience: str,
        lifetime_seconds: int,
        cache_size: int = CACHE_SIZE,
    ) -> None:
        """Take the private key (EC P-256, PEM).

        Raises:
            ValueError: the PEM is not a private key on P-256.
        """
        self._key = import_signing_key(signing_key_pem)
        self._issuer = issuer
        self._audience = audience
        self._lifetime_seconds = lifetime_seconds
        self._cache_size = cache_size
        self._verified: OrderedDict[bytes, AccessClaims] = OrderedDict()
        self._header = {"alg": ALGORITHM, "kid": self._key.thumbprint(), "typ": TOKEN_TYPE}
        self._header_segment = base64url(to_json(self._header))

    def issue(self, user_id: UUID, session_id: UUID, now: datetime) -> str:
        """Sign a new token for this user's session."""
        issued_at = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": issued_at,
            "exp": issued_at + self._lifetime_seconds,
            "jti": str(new_id()),
        }
        return with_low_s(serialize_compact(self._header, to_json(claims), self._key, [ALGORITHM]))

    def verify(self, token: str, now: datetime) -> AccessClaims | None:
        """The claims of a token of ours that is current at `now`; None for everything else."""
        if len(token) > TOKEN_LENGTH_MAX or not token.isascii():
            return None
        # The full token's hash: a shorter cache key would let one token answer for another.
        fingerprint = hashlib.sha256(token.encode("ascii")).digest()
        claims = self._verified.get(fingerprint)
        if claims is None:
            claims = self._read(token)
            if claims is None:
                return None
            self._remember(fingerprint, claims)
        else:
            self._verified.move_to_end(fingerprint)
        return claims if claims.is_current(now) else None

    def jwks(self) -> dict[str, Any]:
        """The public keys that verify these tokens, as a JWK set (RFC 7517)."""
        public = self._key.as_dict(private=False)
        members = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return {"keys": [{**members, "kid": self._header["kid"], "alg": ALGORITHM, "use": "sig"}]}

    def _remember(self, fingerprint: bytes, claims: AccessClaims) -> None:
        self._verified[fingerprint] = claims
        if len(self._verified) > self._cache_size:
            self._verified.popitem(last=False)

    def _read(self, token: str) -> AccessClaims | None:
        header_segment, _, rest = token.partition(".")
        if header_segment != self._header_segment or not has_low_s(rest.rpartition(".")[2]):
            return None
        payload = read_signed_payload(token, self._key)
        claims = None if payload is None else read_canonical_json(payload)
        if claims is None or claims.keys() != CLAIM_NAMES:
            return None
        if claims["iss"] != self._issuer or claims["aud"] != self._audience:
            return None
        return to_access_claims(claims)


def import_signing_key(pem: str) -> ECKey:
    """Read a private P-256 key.

    Raises:
        ValueError: it is something else; the message never contains the key.
    """
    try:
        # An environment variable that cannot hold line breaks spells them out.
        key = ECKey.import_key(pem.replace("\\n", "\n"))
    except (JoseError, ValueError, TypeError) as error:
        message = "the signing key is not a PEM-encoded EC private key"
        raise ValueError(message) from error
    if not key.is_private or key.curve_name != "P-256":
        message = "the signing key must be a private key on the curve P-256"
        raise ValueError(message)
    return key


def read_signed_payload(token: str, key: ECKey) -> bytes | None:
    """The payload of a compact JWS signed ES256 by `key`; None when anything about it is wrong."""
    try:
        return deserialize_compact(token, key, [ALGORITHM]).payload
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        # joserfc answers most of a hostile token with JoseError, and some with what its parsers raise.
        return None


def read_canonical_json(payload: bytes) -> dict[str, Any] | None:
    """A JSON object in the one form we write: no spaces, no duplicate members, no other spelling."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or to_json(value) != payload:
        return None
    return value


def to_access_claims(claims: dict[str, Any]) -> AccessClaims | None:
    """Type the claims; None when one is not of its type and form."""
    try:
        return AccessClaims(
            user_id=to_uuid(claims["sub"]),
            session_id=to_uuid(claims["sid"]),
            issued_at=to_instant(claims["iat"]),
            expires_at=to_instant(claims["exp"]),
            jti=to_uuid(claims["jti"]),
        )
    except (ValueError, OverflowError, OSError):
        return None


def to_uuid(value: object) -> UUID:
    """Read a UUID in its canonical form alone.

    Raises:
        ValueError: it is not one.
    """
    if not isinstance(value, str):
        message = "not a string"
        raise ValueError(message)  # noqa: TRY004 -- one error for all that is wrong with a claim
    identifier = UUID(value)
    if str(identifier) != value:
        message = "not the canonical form"
        raise ValueError(message)
    return identifier


def to_instant(value: object) -> datetime:
    """Read a NumericDate in whole seconds.

    Raises:
        ValueError: it is not a positive integer (`true` is not one either).
        OverflowError: no calendar reaches that far.
    """
    if type(value) is not int or value <= 0:
        message = "not a whole number of seconds since 1970"
        raise ValueError(message)
    return datetime.fromtimestamp(value, UTC)


def with_low_s(token: str) -> str:
    """Write the signature's smaller twin: (r, n - s) would verify as well, and a token has one form."""
    signed, _, segment = token.rpartition(".")
    signature = from_base64url(segment)
    s = int.from_bytes(signature[32:], "big")
    if s > P256_ORDER // 2:
        signature = signature[:32] + (P256_ORDER - s).to_bytes(32, "big")
    return f"{signed}.{base64url(signature)}"


def has_low_s(segment: str) -> bool:
    """Whether this is a signature in the form that `with_low_s` writes."""
    try:
        signature = from_base64url(segment)
    except binascii.Error:
        return False
    if len(signature) != SIGNATURE_BYTES or base64url(signature) != segment:
        return False
    return 0 < int.from_bytes(signature[32:], "big") <= P256_ORDER // 2


def to_json(value: dict[str, Any]) -> bytes:
    """Compact JSON in ASCII, members in their given order."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Decode unpadded base64url.

    Raises:
        binascii.Error: it is not that.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
