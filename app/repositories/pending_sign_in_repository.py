"""Sign-ins that wait for a second factor."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.models import PendingSignIn
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class WaitingSignIn:
    """What an `mfa_token` stands for."""

    id: UUID
    user_id: UUID
    session_id: UUID | None
    methods: list[str]
    tries: int
    """This one included."""


class PendingSignInRepository(BaseRepository[PendingSignIn]):
    """Asks the `pending_sign_ins` table."""

    model = PendingSignIn
    noun = "sign-in"

    async def find_user_id(self, digest: bytes, *, now: datetime) -> UUID | None:
        """Whose sign-in waits behind a token."""
        query = select(PendingSignIn.user_id).where(
            PendingSignIn.digest == digest, PendingSignIn.expires_at > now
        )
        return await self._session.scalar(query)

    async def count_try(self, digest: bytes, *, tries_max: int, now: datetime) -> WaitingSignIn | None:
        """Count one try; None when there is no such sign-in, or it has no try left.

        Who counts holds the row until the commit: tries of one token are made one after the other.
        """
        statement = update(PendingSignIn).where(
            PendingSignIn.digest == digest, PendingSignIn.expires_at > now, PendingSignIn.tries < tries_max
        )
        columns = (
            PendingSignIn.id,
            PendingSignIn.user_id,
            PendingSignIn.session_id,
            PendingSignIn.methods,
            PendingSignIn.tries,
        )
        counted = await self._session.execute(
            statement.values(tries=PendingSignIn.tries + 1).returning(*columns),
            execution_options=PAST_ENTITIES,
        )
        row = counted.one_or_none()
        return None if row is None else WaitingSignIn(*row)

    async def finish(self, pending_id: UUID) -> None:
        """Forget a sign-in that has got what it waited for."""
        await self._session.execute(
            delete(PendingSignIn).where(PendingSignIn.id == pending_id), execution_options=PAST_ENTITIES
        )

    async def delete_by_user(self, user_id: UUID) -> None:
        """Forget what waits for a user, whose factors have changed."""
        await self._session.execute(
            delete(PendingSignIn).where(PendingSignIn.user_id == user_id), execution_options=PAST_ENTITIES
        )
