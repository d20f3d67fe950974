"""GitHub's secret scanning: it finds keys in public repositories and packages.

Source: https://docs.github.com/code-security/secret-scanning/secret-scanning-partnership-program
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.adapters.cached_document import CachedDocument
from app.adapters.leak_reporter import verifies
from app.adapters.outbound_client import FailedCallError, OutboundClient
from app.core.clock import Clock

OK = 200
KEYS_MAX = 50

Keys = dict[str, EllipticCurvePublicKey]


class GithubLeakReporter:
    """Knows its keys from where GitHub publishes them, and keeps them for an hour."""

    def __init__(self, client: OutboundClient, keys_url: str, *, clock: Clock) -> None:
        self._client = client
        self._keys_url = keys_url
        self._keys: CachedDocument[Keys] = CachedDocument(self._fetch, clock=clock)

    async def has_signed(self, body: bytes, *, key_id: str, signature: str) -> bool:
        """As promised by `LeakReporter`; an unknown one has them fetched anew, once a minute at most."""
        key = (await self._keys.get()).get(key_id) or (await self._keys.renew()).get(key_id)
        return key is not None and verifies(key, body, signature)

    async def _fetch(self) -> Keys:
        answer = await self._client.get(self._keys_url)
        if answer.status != OK:
            message = f"the reporter's keys answer {answer.status}"
            raise FailedCallError(message)
        return read_keys(answer.json())


def read_keys(document: Any) -> Keys:  # noqa: ANN401 -- whatever the other side says
    """The P-256 keys of the document by their names; others are passed over.

    Raises:
        FailedCallError: it is no such document, or has no such key.
    """
    listed = document.get("public_keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        message = "the answer is not a list of keys"
        raise FailedCallError(message)
    keys = {}
    for each in listed[:KEYS_MAX]:
        key = read_key(each.get("key")) if isinstance(each, dict) else None
        if key is not None and isinstance(each.get("key_identifier"), str):
            keys[each["key_identifier"]] = key
    if not keys:
        message = "the answer has no key that can be used"
        raise FailedCallError(message)
    return keys


def read_key(pem: object) -> EllipticCurvePublicKey | None:
    """The key, if it is one of P-256."""
    try:
        key = load_pem_public_key(str(pem).encode())
    except ValueError:
        return None
    is_usable = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    return key if is_usable and isinstance(key, EllipticCurvePublicKey) else None
