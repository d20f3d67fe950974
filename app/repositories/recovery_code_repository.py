"""Recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.models import RecoveryCode
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


class RecoveryCodeRepository(BaseRepository[RecoveryCode]):
    """Asks the `recovery_codes` table."""

    model = RecoveryCode
    noun = "recovery code"

    async def replace(self, user_id: UUID, digests: Sequence[bytes]) -> None:
        """Keep a new set in the place of the old one; the user must be locked."""
        await self.delete_by_user(user_id)
        self._session.add_all(RecoveryCode(user_id=user_id, digest=digest) for digest in digests)
        await self._flush()

    async def spend(self, user_id: UUID, digest: bytes, *, now: datetime) -> bool:
        """Use a code up; of many that try at once, one succeeds."""
        statement = update(RecoveryCode).where(
            RecoveryCode.digest == digest, RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
        )
        spent = await self._session.execute(
            statement.values(used_at=now).returning(RecoveryCode.id), execution_options=PAST_ENTITIES
        )
        return spent.scalar_one_or_none() is not None

    async def count_unused(self, user_id: UUID) -> int:
        """How many codes of the user are still good."""
        query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        return (await self._session.execute(query)).scalar_one()

    async def delete_by_user(self, user_id: UUID) -> None:
        """Forget the user's codes."""
        await self._session.execute(
            delete(RecoveryCode).where(RecoveryCode.user_id == user_id), execution_options=PAST_ENTITIES
        )
