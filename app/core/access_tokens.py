"""Access tokens: short-lived `at+jwt` (RFC 9068), signed ES256, in exactly one byte form each.

Only Faregate issues them, so verifying asks for Faregate's own form: the header must equal, byte for byte,
one that its keys write. `alg`, `typ` and `kid` are thereby fixed, and `crit`, `jku`, `jwk` and `x5u` have no
place to stand; nothing of a header is ever parsed.
"""

import base64
import binascii
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact, serialize_compact

from app.core.access_claims import ACTOR_CLAIM, CLAIM_NAMES, AccessClaims, to_access_claims
from app.core.exceptions import NotReadyError
from app.core.identifiers import new_id
from app.core.signing_keys import ALGORITHM, SigningKeys

TOKEN_TYPE = "at+jwt"  # noqa: S105 -- the name of a type, not a secret
TOKEN_LENGTH_MAX = 2048
CACHE_SIZE = 10_000
SIGNATURE_BYTES = 64
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class AccessTokens:
    """Issues access tokens and verifies them, remembering signatures already checked."""

    def __init__(
        self,
        keys: SigningKeys | None = None,
        *,
        issuer: str,
        audience: str,
        lifetime_seconds: int,
        cache_size: int = CACHE_SIZE,
    ) -> None:
        """Begin with these keys, or with none until `use` brings some."""
        self._issuer = issuer
        self._audience = audience
        self._lifetime_seconds = lifetime_seconds
        self._cache_size = cache_size
        self._verified: OrderedDict[bytes, AccessClaims] = OrderedDict()
        self._keys: SigningKeys | None = None
        self._key_by_header: dict[str, ECKey] = {}
        self.on_unknown_key: Callable[[], None] = do_nothing
        """Called when a token might be of a key that came after ours; it must not wait."""
        if keys is not None:
            self.use(keys)

    @property
    def has_keys(self) -> bool:
        """Whether tokens can be issued and verified yet."""
        return self._keys is not None

    def use(self, keys: SigningKeys) -> None:
        """Sign and verify with these keys from now on, and forget what was verified by others."""
        if self._keys is not None and self._keys.kids == keys.kids:
            return
        self._keys = keys
        self._key_by_header = {header_segment_of(key): key for key in keys.all}
        self._verified.clear()

    def issue(
        self,
        user_id: UUID,
        session_id: UUID,
        now: datetime,
        *,
        actor_id: UUID | None = None,
        lifetime_seconds: int | None = None,
    ) -> str:
        """Sign a new token for this user's session, held by the user or by an operator who acts for them.

        Raises:
            NotReadyError: there are no keys yet.
        """
        key = self._require_keys().current
        issued_at = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": issued_at,
            "exp": issued_at + (lifetime_seconds or self._lifetime_seconds),
            "jti": str(new_id()),
            **({} if actor_id is None else {ACTOR_CLAIM: {"sub": str(actor_id)}}),
        }
        return with_low_s(serialize_compact(header_of(key), to_json(claims), key, [ALGORITHM]))

    def verify(self, token: str, now: datetime) -> AccessClaims | None:
        """The claims of a token of ours that is current at `now`; None for everything else.

        Raises:
            NotReadyError: there are no keys yet, so that nothing can be said of any token.
        """
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
        """The public keys that verify these tokens, as a JWK set (RFC 7517).

        Raises:
            NotReadyError: there are no keys yet.
        """
        return self._require_keys().jwks()

    def _require_keys(self) -> SigningKeys:
        if self._keys is None:
            self.on_unknown_key()
            raise NotReadyError
        return self._keys

    def _remember(self, fingerprint: bytes, claims: AccessClaims) -> None:
        self._verified[fingerprint] = claims
        if len(self._verified) > self._cache_size:
            self._verified.popitem(last=False)

    def _read(self, token: str) -> AccessClaims | None:
        header_segment, _, rest = token.partition(".")
        key = self._key_by_header.get(header_segment)
        if key is None:
            self._note_unknown(header_segment)
            return None
        if not has_low_s(rest.rpartition(".")[2]):
            return None
        payload = read_signed_payload(token, key)
        claims = None if payload is None else read_canonical_json(payload)
        if claims is None or claims.keys() - {ACTOR_CLAIM} != CLAIM_NAMES:
            return None
        if claims["iss"] != self._issuer or claims["aud"] != self._audience:
            return None
        return to_access_claims(claims)

    def _note_unknown(self, header_segment: str) -> None:
        """Tell of a header that differs from ours in its `kid` at most; all of them have the same length."""
        keys = self._require_keys()
        if len(header_segment) == len(header_segment_of(keys.current)):
            self.on_unknown_key()


def header_of(key: ECKey) -> dict[str, str]:
    """The header of every token that this key signs."""
    return {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": TOKEN_TYPE}


def header_segment_of(key: ECKey) -> str:
    """The same as it stands in the token."""
    return base64url(to_json(header_of(key)))


def do_nothing() -> None:
    """What nobody has asked to be told of."""


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
