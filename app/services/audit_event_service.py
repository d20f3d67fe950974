"""Reading the audit trail: people see what is theirs, owners what is their organization's."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from app.core.principal import Principal
from app.models import AuditEvent
from app.repositories.audit_event_repository import AuditEventRepository, OpenAuditEvents
from app.repositories.entity_stretch import EntityStretch
from app.schemas.audit_event import AuditEventExportQuery, AuditEventQuery, OwnAuditEventQuery

EXPORT_MAX = 10_000
"""Events of one export: a longer stretch of time is exported in parts."""
EXPORT_CHUNK = 500


class AuditEventService:
    """Shows events; nobody changes them."""

    def __init__(self, events: AuditEventRepository, open_events: OpenAuditEvents) -> None:
        self._events = events
        self._open_events = open_events

    async def list_own(self, user_id: UUID, query: OwnAuditEventQuery) -> EntityStretch[AuditEvent]:
        """What a person did and what was done to their account, newest first."""
        return await self._events.read_of_person(user_id, query, before=query.cursor, size=query.size)

    async def list_within(self, caller: Principal, query: AuditEventQuery) -> EntityStretch[AuditEvent]:
        """What happened in the caller's organization, newest first; for operators, anywhere.

        Raises:
            NotFoundError: the organization asked for is not the caller's.
        """
        realm = realm_of(caller, query.organization_id)
        return await self._events.read_of_organization(realm, query, before=query.cursor, size=query.size)

    def export_within(
        self, caller: Principal, query: AuditEventExportQuery
    ) -> AsyncIterator[Sequence[AuditEvent]]:
        """The same in chunks, each read when it is asked for, and no more than `EXPORT_MAX` in all.

        Raises:
            NotFoundError: the organization asked for is not the caller's.
        """
        return self._read_chunks(realm_of(caller, query.organization_id), query)

    async def _read_chunks(
        self, realm: UUID | None, query: AuditEventExportQuery
    ) -> AsyncIterator[Sequence[AuditEvent]]:
        before: int | None = None
        for _ in range(EXPORT_MAX // EXPORT_CHUNK):
            # Transactions of their own: a slow reader holds no connection while it reads.
            async with self._open_events() as events:
                stretch = await events.read_of_organization(realm, query, before=before, size=EXPORT_CHUNK)
            yield stretch.items
            if stretch.next_cursor is None:
                return
            before = stretch.items[-1].sequence


def realm_of(caller: Principal, organization_id: UUID | None) -> UUID | None:
    """Whose events are read; None: everyone's.

    Raises:
        NotFoundError: the organization asked for is not the caller's.
    """
    if organization_id is None:
        return caller.realm
    return caller.choose_organization(organization_id)
