"""Idempotency keys: a request that is repeated is executed once, and answered the same."""

import json
from base64 import b64decode, b64encode
from typing import Any
from uuid import UUID

from app.core.exceptions import IdempotencyKeyInFlightError, IdempotencyKeyReusedError
from app.core.idempotency import ANSWER_PURPOSE, Answer, RepeatableCall
from app.core.secret_box import SecretBox
from app.repositories.idempotency_key_repository import IdempotencyKeyRepository


class IdempotencyService:
    """Finds what a call was answered, and keeps what it is."""

    def __init__(self, keys: IdempotencyKeyRepository, secret_box: SecretBox) -> None:
        self._keys = keys
        self._secret_box = secret_box

    async def claim(self, call: RepeatableCall) -> Answer | None:
        """The answer that was given before; None: the call is now the caller's to execute, and nobody else's.

        Raises:
            IdempotencyKeyInFlightError: somebody else executes it at this moment.
            IdempotencyKeyReusedError: the key was used for another body.
        """
        if not await self._keys.try_lock(call.digest):
            raise IdempotencyKeyInFlightError
        sealed = await self._keys.find_sealed_answer(call.digest)
        if sealed is None:
            return None
        kept = json.loads(self._secret_box.open(sealed, purpose=ANSWER_PURPOSE))
        if kept["fingerprint"] != call.fingerprint.hex():
            raise IdempotencyKeyReusedError
        return read_answer(kept)

    async def keep(self, call: RepeatableCall, answer: Answer, *, user_id: UUID) -> None:
        """Give this answer to whoever repeats the call, if the transaction is committed."""
        kept = {"fingerprint": call.fingerprint.hex(), **told(answer)}
        sealed = self._secret_box.seal(json.dumps(kept).encode(), purpose=ANSWER_PURPOSE)
        await self._keys.keep(call.digest, user_id=user_id, sealed_answer=sealed)


def told(answer: Answer) -> dict[str, Any]:
    """An answer as JSON."""
    return {
        "status": answer.status,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in answer.headers],
        "body": b64encode(answer.body).decode(),
    }


def read_answer(kept: dict[str, Any]) -> Answer:
    """The answer that was told."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept["headers"]]
    return Answer(kept["status"], headers, b64decode(kept["body"]))
