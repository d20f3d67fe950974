"""Who people are to others."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from app.models import ExternalIdentity
from app.repositories.base_repository import BaseRepository


class ExternalIdentityRepository(BaseRepository[ExternalIdentity]):
    """Asks the `external_identities` table."""

    model = ExternalIdentity
    noun = "identity"

    async def lock(self, issuer: str, subject: str) -> ExternalIdentity | None:
        """The identity, if it is known; until the commit, whoever asks for the same one waits here."""
        # It may not exist yet, so there is no row to lock: two first sign-ins would make two accounts.
        name = func.hashtextextended(f"external_identities:{issuer}\n{subject}", 0)
        await self._session.execute(select(func.pg_advisory_xact_lock(name)))
        query = select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject
        )
        return await self._session.scalar(query)

    async def list_by_user(self, user_id: UUID) -> Sequence[ExternalIdentity]:
        """A user's identities, oldest first."""
        query = (
            select(ExternalIdentity)
            .where(ExternalIdentity.user_id == user_id)
            .order_by(ExternalIdentity.created_at, ExternalIdentity.id)
        )
        return (await self._session.scalars(query)).all()

    async def get_by_user(self, identity_id: UUID, user_id: UUID) -> ExternalIdentity:
        """The user's identity.

        Raises:
            NotFoundError: there is none, or it is another's.
        """
        query = select(ExternalIdentity).where(
            ExternalIdentity.id == identity_id, ExternalIdentity.user_id == user_id
        )
        return self._required(await self._session.scalar(query))
