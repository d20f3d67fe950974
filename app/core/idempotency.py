"""Requests that a client may repeat until it has the answer: what makes two of them the same one.

The header is that of draft-ietf-httpapi-idempotency-key-header; its value is taken as it is, quotes included.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from app.core.principal import Principal

KEY_LENGTH_MAX = 255
KEPT_HOURS = 24
SUCCESSES = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
KEPT_REFUSALS = frozenset(
    {
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    }
)
"""What work that was done may find; every other error says that nothing was done, or that nobody knows."""
ANSWER_PURPOSE = "idempotent_answer"
"""What kept answers are sealed for."""
RawHeaders = Sequence[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """What a request was answered."""

    status: int
    headers: RawHeaders
    body: bytes

    @property
    def is_final(self) -> bool:
        """Whether a repetition is answered the same."""
        return self.status in SUCCESSES or self.status in KEPT_REFUSALS


@dataclass(frozen=True, slots=True)
class RepeatableCall:
    """One call under an idempotency key, as digests: neither the key nor the body can be read from them."""

    digest: bytes
    """Who calls what, under which key."""
    fingerprint: bytes
    """What is sent."""

    @classmethod
    def of(
        cls, principal: Principal, *, route: Sequence[str], idempotency_key: str, body: object
    ) -> "RepeatableCall":
        """The call of `principal`; where it acts, and for whom, is part of who it is."""
        caller = [principal.subject, str(principal.organization_id), str(principal.impersonator_id)]
        return cls(digest_of([caller, list(route), idempotency_key]), digest_of(body))


def digest_of(value: object) -> bytes:
    """The same for every spelling of a JSON value: spacing and the order of members do not count."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
