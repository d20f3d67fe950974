"""A passkey's device, without a browser: honest, or wrong in exactly one respect."""

import copy
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import pack
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import sha256
from soft_webauthn import SoftWebauthnDevice

ORIGIN = "http://test"
USER_PRESENT = 0x01
USER_VERIFIED = 0x04
ATTESTED = 0x40


def to_text(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    """Bytes out of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """Drives `soft-webauthn` and speaks the JSON of browsers.

    `client_data` and `flags` say what to get wrong; `rp_id` whose key it pretends to hold.
    """

    def __init__(self, *, verifies_user: bool = True) -> None:
        self.device = SoftWebauthnDevice()
        self.flags = USER_PRESENT | (USER_VERIFIED if verifies_user else 0)

    @property
    def credential_id(self) -> bytes:
        """The id of its one key."""
        return self.device.credential_id

    def create(
        self, options: dict[str, Any], *, origin: str = ORIGIN, rp_id: str | None = None, **client_data: Any
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`."""
        wanted = copy.deepcopy(options)
        wanted["challenge"] = to_bytes(options["challenge"])
        wanted["user"]["id"] = to_bytes(options["user"]["id"])
        wanted["attestation"] = "none"
        made = self.device.create({"publicKey": wanted}, origin)
        attestation = cbor.decode(made["response"]["attestationObject"])
        data = attestation["authData"]
        rp_hash = data[:32] if rp_id is None else sha256(rp_id.encode())
        attestation["authData"] = rp_hash + bytes([self.flags | ATTESTED]) + data[33:]
        told = json.loads(made["response"]["clientDataJSON"]) | client_data
        return {
            "id": to_text(self.credential_id),
            "rawId": to_text(self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": to_text(json.dumps(told).encode()),
                "attestationObject": to_text(cbor.encode(attestation)),
                "transports": ["internal", "hybrid"],
            },
            "clientExtensionResults": {},
        }

    def get(
        self,
        options: dict[str, Any],
        *,
        origin: str = ORIGIN,
        rp_id: str | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
        user_handle: bytes | None = None,
        sign_count: int | None = None,
        **client_data: Any,
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        self.device.sign_count += 1
        count = self.device.sign_count if sign_count is None else sign_count
        told = {"type": "webauthn.get", "challenge": options["challenge"], "origin": origin} | client_data
        client = json.dumps(told).encode()
        rp_hash = sha256((rp_id or self.device.rp_id).encode())
        data = rp_hash + bytes([self.flags]) + pack(">I", count)
        signer = key or self.device.private_key
        return {
            "id": to_text(self.credential_id),
            "rawId": to_text(self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": to_text(client),
                "authenticatorData": to_text(data),
                "signature": to_text(signer.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))),
                "userHandle": to_text(user_handle or self.device.user_handle),
            },
            "clientExtensionResults": {},
        }
