"""Authenticators that show codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.identifiers import new_id
from app.models import TotpCredential
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


class TotpCredentialRepository(BaseRepository[TotpCredential]):
    """Asks the `totp_credentials` table; what changes one does so in one statement, whoever else tries."""

    model = TotpCredential
    noun = "authenticator"

    async def find_by_user(self, user_id: UUID) -> TotpCredential | None:
        """The user's authenticator, confirmed or not."""
        query = select(TotpCredential).where(TotpCredential.user_id == user_id)
        return await self._session.scalar(query, execution_options={"populate_existing": True})

    async def replace_unconfirmed(self, user_id: UUID, sealed_secret: bytes) -> bool:
        """Keep a new secret in the place of an unconfirmed one; False if a confirmed one is there."""
        values = {"sealed_secret": sealed_secret, "last_step": 0, "failures": 0}
        statement = insert(TotpCredential).values(id=new_id(), user_id=user_id, **values)
        statement = statement.on_conflict_do_update(
            index_elements=["user_id"],
            set_={**values, "created_at": func.now(), "updated_at": func.now()},
            where=TotpCredential.confirmed_at.is_(None),
        )
        kept = await self._session.execute(statement.returning(TotpCredential.id))
        return kept.scalar_one_or_none() is not None

    async def confirm(self, credential_id: UUID, sealed_secret: bytes, *, step: int, now: datetime) -> bool:
        """Let the authenticator count from now on, if its secret is still the one that was confirmed."""
        statement = update(TotpCredential).where(
            TotpCredential.id == credential_id,
            TotpCredential.sealed_secret == sealed_secret,
            TotpCredential.confirmed_at.is_(None),
        )
        return await self._changed(statement.values(confirmed_at=now, last_step=step, failures=0))

    async def accept(self, credential_id: UUID, *, step: int) -> bool:
        """Take the code of a step; False unless it is later than every one taken before (RFC 6238, 5.2).

        A right code ends the row of wrong ones.
        """
        statement = update(TotpCredential).where(
            TotpCredential.id == credential_id, TotpCredential.last_step < step
        )
        return await self._changed(statement.values(last_step=step, failures=0))

    async def count_failure(self, credential_id: UUID) -> None:
        """Note a wrong code."""
        statement = update(TotpCredential).where(TotpCredential.id == credential_id)
        await self._session.execute(
            statement.values(failures=TotpCredential.failures + 1), execution_options=PAST_ENTITIES
        )

    async def forget_failures(self, user_id: UUID) -> None:
        """Begin to count wrong codes anew."""
        statement = update(TotpCredential).where(
            TotpCredential.user_id == user_id, TotpCredential.failures > 0
        )
        await self._session.execute(statement.values(failures=0), execution_options=PAST_ENTITIES)

    async def delete_by_user(self, user_id: UUID) -> bool:
        """Forget the user's authenticator; whether a confirmed one was there."""
        statement = delete(TotpCredential).where(TotpCredential.user_id == user_id)
        gone = await self._session.execute(
            statement.returning(TotpCredential.confirmed_at), execution_options=PAST_ENTITIES
        )
        return gone.scalar_one_or_none() is not None

    async def _changed(self, statement: Update) -> bool:
        changed = await self._session.execute(
            statement.returning(TotpCredential.id), execution_options=PAST_ENTITIES
        )
        return changed.scalar_one_or_none() is not None
