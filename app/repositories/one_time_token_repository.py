"""Tokens that do one thing, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from app.core.identifiers import new_id
from app.core.opaque_tokens import TokenPurpose
from app.models import OneTimeToken
from app.repositories.base_repository import BaseRepository

PAST_ENTITIES = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """What is stored of a token."""

    purpose: TokenPurpose
    subject: str
    """What a newer token of the purpose replaces: one of a subject lives."""
    user_id: UUID | None
    email: str
    digest: bytes
    data: dict[str, Any]
    expires_at: datetime
    handle_digest: bytes | None = None
    code_digest: bytes | None = None
    code_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RedeemedToken:
    """What a token stood for: it is gone by now."""

    user_id: UUID | None
    email: str
    data: dict[str, Any]


class OneTimeTokenRepository(BaseRepository[OneTimeToken]):
    """Asks the `one_time_tokens` table: one statement each, so that two at once cannot both win."""

    model = OneTimeToken
    noun = "token"

    async def replace(self, draft: TokenDraft) -> None:
        """Store a token in the place of an older one of its purpose and subject."""
        values = {
            "subject": draft.subject,
            "user_id": draft.user_id,
            "email": draft.email,
            "digest": draft.digest,
            "data": draft.data,
            "expires_at": draft.expires_at,
            "handle_digest": draft.handle_digest,
            "code_digest": draft.code_digest,
            "code_expires_at": draft.code_expires_at,
            "code_tries": 0,
        }
        statement = insert(OneTimeToken).values(id=new_id(), purpose=stored(draft.purpose), **values)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["purpose", "subject"],
                set_={**values, "created_at": func.now(), "updated_at": func.now()},
            )
        )

    async def spend(self, purpose: TokenPurpose, digest: bytes, *, now: datetime) -> RedeemedToken | None:
        """Use a token up; None when it is unknown, used, replaced, of another purpose, or over."""
        return await self._spend(
            OneTimeToken.purpose == stored(purpose),
            OneTimeToken.digest == digest,
            OneTimeToken.expires_at > now,
        )

    async def count_try(
        self, purpose: TokenPurpose, handle_digest: bytes, *, tries_max: int, now: datetime
    ) -> bytes | None:
        """Count one try of a code and tell the right one's digest; None when there is none left to try."""
        statement = (
            update(OneTimeToken)
            .where(
                OneTimeToken.purpose == stored(purpose),
                OneTimeToken.handle_digest == handle_digest,
                OneTimeToken.code_tries < tries_max,
                OneTimeToken.code_expires_at > now,
                OneTimeToken.expires_at > now,
            )
            .values(code_tries=OneTimeToken.code_tries + 1)
            .returning(OneTimeToken.code_digest)
        )
        return (await self._session.execute(statement, execution_options=PAST_ENTITIES)).scalar_one_or_none()

    async def spend_by_handle(self, handle_digest: bytes) -> RedeemedToken | None:
        """Use up the token whose code was right."""
        return await self._spend(OneTimeToken.handle_digest == handle_digest)

    async def delete_of_user(self, user_id: UUID) -> None:
        """Forget every token of a user."""
        await self._delete(OneTimeToken.user_id == user_id)

    async def delete_of_subject(self, purpose: TokenPurpose, subject: str) -> None:
        """Forget the token of a purpose and subject, if there is one."""
        await self._delete(OneTimeToken.purpose == stored(purpose), OneTimeToken.subject == subject)

    async def delete_of_address(self, email: str) -> None:
        """Forget every token that was sent to an address."""
        await self._delete(OneTimeToken.email == email)

    async def _spend(self, *conditions: ColumnElement[bool]) -> RedeemedToken | None:
        columns = OneTimeToken.user_id, OneTimeToken.email, OneTimeToken.data
        statement = delete(OneTimeToken).where(*conditions).returning(*columns)
        row = (await self._session.execute(statement, execution_options=PAST_ENTITIES)).one_or_none()
        return None if row is None else RedeemedToken(*row)

    async def _delete(self, *conditions: ColumnElement[bool]) -> None:
        await self._session.execute(delete(OneTimeToken).where(*conditions), execution_options=PAST_ENTITIES)


def stored(purpose: TokenPurpose) -> str:
    """A purpose as people read it in the table."""
    return purpose.name.lower()
