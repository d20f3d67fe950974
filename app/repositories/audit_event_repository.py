"""The audit trail: appended to and read, never changed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import transaction
from app.core.identifiers import new_id
from app.models import AuditEvent, Base
from app.repositories.base_repository import BaseRepository
from app.repositories.entity_stretch import EntityStretch
from app.schemas.audit_event import AuditEventExportQuery, AuditEventFilter

T = TypeVar("T")
TABLE = Base.metadata.tables[AuditEvent.__tablename__]
APPEND = TABLE.insert()
MADE_BY_DATABASE = {"sequence", "occurred_at"}
WRITTEN = [column.name for column in TABLE.columns if column.name not in {"id", *MADE_BY_DATABASE}]


class AuditEventRepository(BaseRepository[AuditEvent]):
    """Asks the `audit_events` table."""

    model = AuditEvent
    noun = "audit event"

    async def append(self, event: AuditEvent) -> None:
        """Write an event; past the unit of work, which every sign-in would pay for and nobody needs."""
        values = {name: getattr(event, name) for name in WRITTEN}
        await self._session.execute(APPEND, {"id": event.id or new_id(), **values})

    async def read_of_person(
        self, user_id: UUID, query: AuditEventFilter, *, before: int | None, size: int
    ) -> EntityStretch[AuditEvent]:
        """What a person did, and what was done to them."""
        conditions = (AuditEvent.actor_id == user_id, AuditEvent.target == f"user:{user_id}")
        # Each half comes in order from an index of its own; `OR` would sort everything there is of both.
        halves = [
            newest(select(AuditEvent.id), query, before=before, limit=size + 1).where(condition).subquery()
            for condition in conditions
        ]
        ids = union_all(*(select(half.c.id) for half in halves))
        return await self._read(select(AuditEvent).where(AuditEvent.id.in_(ids)), query, before, size)

    async def read_of_organization(
        self, organization_id: UUID | None, query: AuditEventExportQuery, *, before: int | None, size: int
    ) -> EntityStretch[AuditEvent]:
        """What happened in an organization; None: everywhere."""
        events = select(AuditEvent)
        if organization_id is not None:
            events = events.where(AuditEvent.organization_id == organization_id)
        if query.actor_id is not None:
            events = events.where(AuditEvent.actor_id == query.actor_id)
        return await self._read(events, query, before, size)

    async def _read(
        self, events: Select[AuditEvent], query: AuditEventFilter, before: int | None, size: int
    ) -> EntityStretch[AuditEvent]:
        statement = newest(events, query, before=before, limit=size + 1)
        found = (await self._session.scalars(statement)).all()
        return EntityStretch.of(found, size=size, place=lambda event: event.sequence)


def newest(statement: Select[T], query: AuditEventFilter, *, before: int | None, limit: int) -> Select[T]:
    """The newest events that match, before this place in the trail."""
    conditions: list[ColumnElement[bool]] = []
    if before is not None:
        conditions.append(AuditEvent.sequence < before)
    if query.action is not None:
        conditions.append(AuditEvent.action == query.action)
    if query.outcome is not None:
        conditions.append(AuditEvent.outcome == query.outcome)
    if query.since is not None:
        conditions.append(AuditEvent.occurred_at >= query.since)
    if query.until is not None:
        conditions.append(AuditEvent.occurred_at < query.until)
    return statement.where(*conditions).order_by(AuditEvent.sequence.desc()).limit(limit)


OpenAuditEvents = Callable[[], AbstractAsyncContextManager[AuditEventRepository]]
"""Opens a short transaction of its own on the trail."""


def audit_events_opener(engine: AsyncEngine) -> OpenAuditEvents:
    """How to write an event that stays although the request's transaction is undone."""

    @asynccontextmanager
    async def open_audit_events() -> AsyncIterator[AuditEventRepository]:
        async with transaction(engine) as session:
            yield AuditEventRepository(session)

    return open_audit_events
