"""Secrets that must be read again, encrypted for the database: a stolen table opens nothing.

AES-256-GCM (NIST SP 800-38D) with a random nonce. A sealed secret is `form, key id, nonce, ciphertext, tag`;
what it is for is authenticated with it, so that a secret of one kind never opens as one of another.
"""

import base64
import binascii
import os
import re
import struct
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}=?", re.ASCII)
FORM = 1
"""The first byte of all that is sealed: another way of sealing takes another number."""
HEAD = struct.Struct(">BH")
KEY_ID_BYTES = range(1, 3)
"""Where the key's id stands, for queries."""
NONCE_BYTES = 12
TAG_BYTES = 16
SEALED_BYTES_MIN = HEAD.size + NONCE_BYTES + TAG_BYTES


class UnreadableSecretError(Exception):
    """A sealed secret cannot be opened: its key is gone, it was altered, or it is of another purpose."""


class SecretBox:
    """Seals secrets under the current key, and opens those under any key it has."""

    def __init__(self, keys: Mapping[int, bytes], *, current_key_id: int) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current_key_id = current_key_id

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """Encrypt a secret for one purpose; the same secret is never sealed the same way twice."""
        head = HEAD.pack(FORM, self.current_key_id)
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.current_key_id].encrypt(nonce, plain, head + purpose.encode())
        return head + nonce + sealed

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Decrypt what was sealed for this purpose.

        Raises:
            UnreadableSecretError: its key is unknown, or it is not what was sealed, or not for this purpose.
        """
        cipher = self._ciphers.get(key_id_of(sealed))
        if cipher is None:
            message = f"the encryption key {key_id_of(sealed)} of a sealed {purpose} is not set"
            raise UnreadableSecretError(message)
        head, rest = sealed[: HEAD.size], sealed[HEAD.size :]
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + purpose.encode())
        except InvalidTag:
            message = f"a sealed {purpose} was altered, or is none"
            raise UnreadableSecretError(message) from None


def key_id_of(sealed: bytes) -> int:
    """The id of the key that opens a sealed secret.

    Raises:
        UnreadableSecretError: this is no sealed secret.
    """
    form, key_id = HEAD.unpack_from(sealed) if len(sealed) >= SEALED_BYTES_MIN else (0, 0)
    if form != FORM:
        message = "this is not a sealed secret"
        raise UnreadableSecretError(message)
    return int(key_id)


def read_encryption_key(text: str) -> bytes:
    """The bytes of a key that is written in base64url.

    Raises:
        ValueError: it is not 32 bytes in base64url; the message never contains it.
    """
    try:
        key = base64.urlsafe_b64decode(text.rstrip("=") + "=") if KEY_PATTERN.fullmatch(text) else b""
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"must be {KEY_BYTES} bytes in base64url"
        raise ValueError(message)
    return key
