"""Somebody who finds keys in public, and signs what it reports."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LEAK_REPORTS = "/api/v1/leak-reports"


class Finder:
    """A reporter with a key of its own."""

    def __init__(self, key_id: str = "first") -> None:
        self.key_id = key_id
        self._private = generate_private_key(SECP256R1())
        self.public = self._private.public_key()

    @property
    def published(self) -> dict[str, Any]:
        """Its key as GitHub publishes its own."""
        pem = self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return {"key_identifier": self.key_id, "key": pem, "is_current": True}

    def sign(self, body: bytes) -> str:
        """The signature of these bytes."""
        return base64.b64encode(self._private.sign(body, ECDSA(SHA256()))).decode()

    def signed(self, body: bytes) -> dict[str, Any]:
        """The content and headers of a report of these bytes."""
        headers = {
            "Content-Type": "application/json",
            "Github-Public-Key-Identifier": self.key_id,
            "Github-Public-Key-Signature": self.sign(body),
        }
        return {"content": body, "headers": headers}


def report(*tokens: str) -> bytes:
    """A body that reports these strings, spaced as nobody else would space it."""
    url = "https://github.example/octo/hello/blob/main/config.py"
    found = [{"token": t, "type": "faregate_api_key", "url": url, "source": "content"} for t in tokens]
    return json.dumps(found, indent=3).encode()
