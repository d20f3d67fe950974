"""The keys of access tokens: one signs, and those before and after it verify as well."""

from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
CURVE = "P-256"
PUBLIC_MEMBERS = ("kty", "crv", "x", "y")
"""What is published of a key: a list of what may be, so that nothing private ever slips through."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What a process signs and verifies with, until it learns of others."""

    current: ECKey
    others: tuple[ECKey, ...] = ()
    """The next key, published before it signs, and those whose last tokens still live."""

    @property
    def all(self) -> tuple[ECKey, ...]:
        """Every key that verifies, the signing one first."""
        return (self.current, *self.others)

    @property
    def kids(self) -> list[str]:
        """What the keys are known by, in the same order (RFC 7638)."""
        return [key.thumbprint() for key in self.all]

    def jwks(self) -> dict[str, Any]:
        """The public keys, as a JWK set (RFC 7517)."""
        return {"keys": [to_public_jwk(key) for key in self.all]}


def to_public_jwk(key: ECKey) -> dict[str, Any]:
    """The public part of a key, and what it is for."""
    public = key.as_dict(private=False)
    members = {name: public[name] for name in PUBLIC_MEMBERS}
    return {**members, "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}


def new_signing_key() -> ECKey:
    """A new private key."""
    return ECKey.generate_key(CURVE, private=True)


def import_signing_key(pem: str) -> ECKey:
    """Read a private P-256 key.

    Raises:
        ValueError: it is something else; the message never contains the key.
    """
    try:
        key = ECKey.import_key(pem)
    except (JoseError, ValueError, TypeError) as error:
        message = "the signing key is not a PEM-encoded EC private key"
        raise ValueError(message) from error
    if not key.is_private or key.curve_name != CURVE:
        message = "the signing key must be a private key on the curve P-256"
        raise ValueError(message)
    return key
