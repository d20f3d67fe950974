"""Who reports leaked keys, and how its signature is checked."""

import base64
import binascii
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256


class LeakReporter(Protocol):
    """Somebody who finds keys where they should not be, and signs what it sends."""

    async def has_signed(self, body: bytes, *, key_id: str, signature: str) -> bool:
        """Whether these very bytes are signed with its key of that name.

        Raises:
            OutboundError: its keys cannot be had.
        """
        ...


class MemoryLeakReporter:
    """The twin for tests: its public keys are at hand."""

    def __init__(self, keys: Mapping[str, EllipticCurvePublicKey]) -> None:
        self._keys = dict(keys)

    async def has_signed(self, body: bytes, *, key_id: str, signature: str) -> bool:
        """As promised by `LeakReporter`."""
        key = self._keys.get(key_id)
        return key is not None and verifies(key, body, signature)


def verifies(key: EllipticCurvePublicKey, body: bytes, signature: str) -> bool:
    """Whether this is the key's signature of `body`: ECDSA with SHA-256, DER in base64 (RFC 3279)."""
    try:
        key.verify(base64.b64decode(signature, validate=True), body, ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
