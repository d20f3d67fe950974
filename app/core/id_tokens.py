"""ID tokens of other issuers: believed only when everything about them is as it must be.

OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import deserialize_compact

from app.core.access_tokens import base64url, from_base64url

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
"""What is accepted, and the type of key each needs: never `none`, never a shared secret."""
TOKEN_TYPES = frozenset({"jwt", ""})
LENGTH_MAX = 16_384
SUBJECT_LENGTH_MAX = 255
RSA_BITS_MIN = 2_048
CLOCK_SKEW = timedelta(seconds=60)
AGE_MAX = timedelta(minutes=15)
"""An attempt takes ten minutes at most, and some providers date their tokens five minutes back."""

PublicKey = RSAKey | ECKey


class RefusedIdTokenError(Exception):
    """The token is not to be believed; the message says why and holds nothing of it."""


class UnknownKeyError(RefusedIdTokenError):
    """No key at hand bears the token's key id: the issuer may have a new one."""


@dataclass(frozen=True, slots=True)
class ExpectedIdToken:
    """What the token of an attempt must say."""

    issuer: str
    """Exact; `{tenantid}` in it stands for the token's own `tid` (Microsoft)."""
    client_id: str
    nonce: str
    access_token: str | None = None


def read_public_keys(document: object) -> list[PublicKey]:
    """The keys of a JWK set that may verify ID tokens; the others are left out (RFC 7517)."""
    members = document.get("keys") if isinstance(document, dict) else None
    keys = [read_public_key(each) for each in members] if isinstance(members, list) else []
    return [key for key in keys if key is not None]


def read_public_key(member: object) -> PublicKey | None:
    """One key; None for a key that is private, shared, weak, broken or for something else."""
    if not isinstance(member, dict) or "d" in member or member.get("use", "sig") != "sig":
        return None
    try:
        if member.get("kty") == "RSA":
            rsa = RSAKey.import_key(member)
            return rsa if rsa.public_key.key_size >= RSA_BITS_MIN else None
        if member.get("kty") == "EC" and member.get("crv") == "P-256":
            return ECKey.import_key(member)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def verify_id_token(
    token: str, keys: Sequence[PublicKey], expected: ExpectedIdToken, now: datetime
) -> dict[str, Any]:
    """The claims of a token that is what was expected.

    Raises:
        UnknownKeyError: it names a key that is not among these.
        RefusedIdTokenError: it is not what was expected.
    """
    header = read_header(token)
    algorithm = header["alg"]
    key = choose_key(header, keys)
    try:
        payload = deserialize_compact(token, key, [algorithm]).payload
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise RefusedIdTokenError("the signature is wrong") from error
    claims = read_json(payload)
    issuer = expected_issuer(expected.issuer, claims)
    # Keys of Microsoft name the one tenant they sign for.
    require(key.get("issuer") in (None, issuer, expected.issuer), "the key is another issuer's")
    require(claims.get("iss") == issuer, "the issuer is another")
    require_audience(claims, expected.client_id)
    require_times(claims, now)
    require_binding(claims, expected)
    subject = claims.get("sub")
    require(isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LENGTH_MAX, "there is no subject")
    return claims


def read_header(token: str) -> dict[str, Any]:
    """The header of a token that may be looked at further.

    Raises:
        RefusedIdTokenError: it cannot be a good token.
    """
    require(isinstance(token, str) and len(token) <= LENGTH_MAX and token.isascii(), "it is too long")
    try:
        header = read_json(from_base64url(token.partition(".")[0]))
    except ValueError as error:
        raise RefusedIdTokenError("the header cannot be read") from error
    algorithm = header.get("alg")
    require(isinstance(algorithm, str) and algorithm in ALGORITHMS, "the algorithm is not accepted")
    require("crit" not in header and "b64" not in header, "the header demands an extension")
    require(str(header.get("typ", "")).lower() in TOKEN_TYPES, "it is a token of another type")
    return header


def choose_key(header: Mapping[str, Any], keys: Sequence[PublicKey]) -> PublicKey:
    """The issuer's key that the header names; none that the header carries itself is ever used.

    Raises:
        UnknownKeyError: there is none, or which one is not said.
    """
    algorithm = header["alg"]
    fitting = [
        key for key in keys if key.key_type == ALGORITHMS[algorithm] and key.get("alg") in (None, algorithm)
    ]
    if "kid" in header:
        fitting = [key for key in fitting if key.get("kid") == header["kid"]]
    if len(fitting) != 1:
        raise UnknownKeyError("the key is unknown")
    return fitting[0]


def expected_issuer(template: str, claims: Mapping[str, Any]) -> str:
    """The issuer that this token must have."""
    if "{tenantid}" not in template:
        return template
    tenant = claims.get("tid")
    require(isinstance(tenant, str) and tenant.replace("-", "").isalnum(), "there is no tenant")
    return template.replace("{tenantid}", str(tenant))


def require_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Go on only if the token is for us, and for nobody else.

    Raises:
        RefusedIdTokenError: it is not.
    """
    require(claims.get("aud") in (client_id, [client_id]), "the audience is another")
    require(claims.get("azp", client_id) == client_id, "the authorized party is another")


def require_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Go on only if the token is of now: no leeway after its end.

    Raises:
        RefusedIdTokenError: it is not.
    """
    moment, skew = now.timestamp(), CLOCK_SKEW.total_seconds()
    require(moment < number(claims, "exp"), "it has expired")
    issued_at = number(claims, "iat")
    require(moment - AGE_MAX.total_seconds() <= issued_at <= moment + skew, "it was not issued just now")
    if "nbf" in claims:
        require(number(claims, "nbf") <= moment + skew, "it is not valid yet")


def authentication_time(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the issuer last had the person prove who they are (section 2, `auth_time`); None if not told.

    Raises:
        RefusedIdTokenError: it is no time, or one to come.
    """
    if "auth_time" not in claims:
        return None
    moment = number(claims, "auth_time")
    require(0 <= moment <= now.timestamp() + CLOCK_SKEW.total_seconds(), "auth_time is to come")
    # A clock that is ahead of ours makes nobody fresher than now.
    return min(datetime.fromtimestamp(moment, UTC), now)


def require_asked_again(authenticated_at: datetime | None, since: datetime | None) -> None:
    """Go on only if the issuer has asked anew, where that was demanded (section 3.1.3.7, number 13).

    Raises:
        RefusedIdTokenError: it has not, or does not tell.
    """
    if since is None:
        return
    require(authenticated_at is not None, "auth_time is missing, so that nothing proves who sits there now")
    require(authenticated_at and authenticated_at >= since - CLOCK_SKEW, "who it is was not asked anew")


def require_binding(claims: Mapping[str, Any], expected: ExpectedIdToken) -> None:
    """Go on only if the token answers this very attempt, and goes with this access token.

    Raises:
        RefusedIdTokenError: it does not.
    """
    nonce = claims.get("nonce")
    require(isinstance(nonce, str) and same(nonce, expected.nonce), "the nonce is another")
    if "at_hash" in claims:
        token = expected.access_token or ""
        # All accepted algorithms hash with SHA-256: the left half of it (section 3.1.3.6).
        at_hash = base64url(hashlib.sha256(token.encode()).digest()[:16])
        require(same(str(claims["at_hash"]), at_hash), "it belongs to another access token")


def same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def number(claims: Mapping[str, Any], name: str) -> float:
    """A NumericDate (`true` is none).

    Raises:
        RefusedIdTokenError: there is none.
    """
    value = claims.get(name)
    require(type(value) in (int, float), f"{name} is not a time")
    return float(value)  # type: ignore[arg-type]


def read_json(data: bytes) -> dict[str, Any]:
    """A JSON object without a member told twice.

    Raises:
        RefusedIdTokenError: it is something else.
    """
    try:
        value = json.loads(data, object_pairs_hook=once_each, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedIdTokenError("it is not one JSON object") from error
    require(isinstance(value, dict), "it is not one JSON object")
    return dict(value)


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members by their names.

    Raises:
        ValueError: one comes twice.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "a member comes twice"
        raise ValueError(message)
    return members


def refuse_constant(text: str) -> float:
    """Refuse what Python reads and JSON does not have: a time of `Infinity` never ends.

    Raises:
        ValueError: always.
    """
    raise ValueError(text)


def require(condition: object, reason: str) -> None:
    """Go on only if the condition holds.

    Raises:
        RefusedIdTokenError: it does not.
    """
    if not condition:
        raise RefusedIdTokenError(reason)
