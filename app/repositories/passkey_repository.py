"""Passkeys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from app.models import Passkey
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


class PasskeyRepository(BaseRepository[Passkey]):
    """Asks the `passkeys` table."""

    model = Passkey
    noun = "passkey"

    async def list_by_user(self, user_id: UUID) -> Sequence[Passkey]:
        """The user's passkeys, oldest first."""
        query = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at, Passkey.id)
        return (await self._session.scalars(query)).all()

    async def count_by_user(self, user_id: UUID) -> int:
        """How many passkeys the user has."""
        query = select(func.count()).where(Passkey.user_id == user_id)
        return (await self._session.execute(query)).scalar_one()

    async def get_by_user(self, passkey_id: UUID, user_id: UUID) -> Passkey:
        """The user's passkey.

        Raises:
            NotFoundError: there is none, or it is another user's.
        """
        query = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
        return self._required(await self._session.scalar(query))

    async def find_usable(self, credential_id: bytes) -> Passkey | None:
        """The passkey that an authenticator names, unless it is suspected to be a copy."""
        query = select(Passkey).where(Passkey.credential_id == credential_id, Passkey.suspected_at.is_(None))
        return await self._session.scalar(query)

    async def advance(self, passkey_id: UUID, *, sign_count: int, now: datetime) -> bool:
        """Note a use; False when the counter does not grow (WebAuthn, section 7.2, step 22).

        Zero after zero is fine: such an authenticator does not count.
        """
        grows = Passkey.sign_count < sign_count if sign_count else Passkey.sign_count == 0
        statement = update(Passkey).where(Passkey.id == passkey_id, Passkey.suspected_at.is_(None), grows)
        noted = await self._session.execute(
            statement.values(sign_count=sign_count, last_used_at=now).returning(Passkey.id),
            execution_options=PAST_ENTITIES,
        )
        return noted.scalar_one_or_none() is not None

    async def suspect(self, passkey_id: UUID, now: datetime) -> None:
        """Let a passkey prove nothing any more; the first date stays."""
        statement = update(Passkey).where(Passkey.id == passkey_id, Passkey.suspected_at.is_(None))
        await self._session.execute(statement.values(suspected_at=now), execution_options=PAST_ENTITIES)
