"""Questions to passkeys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from app.models import PasskeyChallenge
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


class PasskeyChallengeRepository(BaseRepository[PasskeyChallenge]):
    """Asks the `passkey_challenges` table."""

    model = PasskeyChallenge
    noun = "challenge"

    async def take(self, digest: bytes, *, purpose: str, user_id: UUID | None, now: datetime) -> bool:
        """Use a challenge up, whatever becomes of the answer; False when it was not this server's to use.

        Of many answers to one challenge, one is looked at.
        """
        statement = delete(PasskeyChallenge).where(
            PasskeyChallenge.digest == digest,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.user_id.is_not_distinct_from(user_id),
            PasskeyChallenge.expires_at > now,
        )
        taken = await self._session.execute(
            statement.returning(PasskeyChallenge.id), execution_options=PAST_ENTITIES
        )
        return taken.scalar_one_or_none() is not None
