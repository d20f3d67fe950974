"""Answers that are given again."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.idempotency import KEPT_HOURS
from app.core.identifiers import new_id
from app.models import IdempotencyKey
from app.repositories.base_repository import BaseRepository

LOCK_BYTES = 8


class IdempotencyKeyRepository(BaseRepository[IdempotencyKey]):
    """Asks the `idempotency_keys` table."""

    model = IdempotencyKey
    noun = "answer"

    async def try_lock(self, digest: bytes) -> bool:
        """Whether nobody else executes this call now; until the transaction ends, nobody else will.

        The lock is PostgreSQL's own and goes with the connection: a process that dies leaves none behind.
        """
        number = int.from_bytes(digest[:LOCK_BYTES], "big", signed=True)
        return bool(await self._session.scalar(select(func.pg_try_advisory_xact_lock(number))))

    async def find_sealed_answer(self, digest: bytes) -> bytes | None:
        """What is kept of this call, by the database's clock.

        Ask after `try_lock`, in a statement of its own: one statement would look at what was there before
        it had the lock.
        """
        query = select(IdempotencyKey.sealed_answer).where(
            IdempotencyKey.digest == digest, IdempotencyKey.expires_at > func.now()
        )
        return await self._session.scalar(query)

    async def keep(self, digest: bytes, *, user_id: UUID, sealed_answer: bytes) -> None:
        """Keep an answer, in the place of one that has expired."""
        values = {
            "id": new_id(),
            "user_id": user_id,
            "sealed_answer": sealed_answer,
            "expires_at": func.now() + timedelta(hours=KEPT_HOURS),
        }
        statement = insert(IdempotencyKey).values(digest=digest, **values)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=[IdempotencyKey.digest], set_=values)
        )
