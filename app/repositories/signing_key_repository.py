"""The keys of access tokens."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy import or_, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import sqlstate_of, transaction
from app.core.exceptions import NotReadyError
from app.models import SigningKey, SigningKeyState
from app.repositories.audit_event_repository import AuditEventRepository
from app.repositories.base_repository import BaseRepository

UNDEFINED_TABLE = "42P01"


class SigningKeyRepository(BaseRepository[SigningKey]):
    """Asks the `signing_keys` table."""

    model = SigningKey
    noun = "signing key"

    @property
    def events(self) -> AuditEventRepository:
        """The audit trail, in the same transaction."""
        return AuditEventRepository(self._session)

    async def list_published(self, now: datetime) -> Sequence[SigningKey]:
        """The keys that verify: next, current, and retiring ones whose tokens still live; oldest first.

        Raises:
            NotReadyError: the database is not migrated yet.
        """
        query = select(SigningKey).where(
            or_(
                SigningKey.state.in_((SigningKeyState.NEXT, SigningKeyState.CURRENT)),
                (SigningKey.state == SigningKeyState.RETIRING) & (SigningKey.retires_at > now),
            )
        )
        try:
            return (await self._session.scalars(query.order_by(SigningKey.created_at, SigningKey.id))).all()
        except ProgrammingError as error:
            if sqlstate_of(error) == UNDEFINED_TABLE:
                raise NotReadyError from error
            raise

    async def list_over(self, now: datetime) -> Sequence[SigningKey]:
        """The retiring keys whose last token has expired."""
        query = select(SigningKey).where(
            SigningKey.state == SigningKeyState.RETIRING, SigningKey.retires_at <= now
        )
        return (await self._session.scalars(query)).all()

    async def find_by_state(self, state: SigningKeyState) -> SigningKey | None:
        """The next key or the current one: there is one of them at most."""
        return await self._session.scalar(select(SigningKey).where(SigningKey.state == state))

    async def lock(self) -> None:
        """Keep everybody else from changing keys until the commit; reading goes on."""
        await self._session.execute(text("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"))


OpenSigningKeys = Callable[[], AbstractAsyncContextManager[SigningKeyRepository]]
"""Opens a transaction of its own on signing keys."""


def signing_keys_opener(engine: AsyncEngine) -> OpenSigningKeys:
    """How the process itself, and no request, reads and changes them."""

    @asynccontextmanager
    async def open_signing_keys() -> AsyncIterator[SigningKeyRepository]:
        async with transaction(engine) as session:
            yield SigningKeyRepository(session)

    return open_signing_keys
