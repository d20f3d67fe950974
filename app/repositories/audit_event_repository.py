"""The audit trail: appended to and read, never changed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import transaction
from app.models import AuditEvent
from app.repositories.base_repository import BaseRepository


class AuditEventRepository(BaseRepository[AuditEvent]):
    """Asks the `audit_events` table."""

    model = AuditEvent
    noun = "audit event"


OpenAuditEvents = Callable[[], AbstractAsyncContextManager[AuditEventRepository]]
"""Opens a short transaction of its own on the trail."""


def audit_events_opener(engine: AsyncEngine) -> OpenAuditEvents:
    """How to write an event that stays although the request's transaction is undone."""

    @asynccontextmanager
    async def open_audit_events() -> AsyncIterator[AuditEventRepository]:
        async with transaction(engine) as session:
            yield AuditEventRepository(session)

    return open_audit_events
