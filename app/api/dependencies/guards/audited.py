"""The guard of the audit trail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.api.dependencies.audit_service import AuditServiceDep
from app.core.audit import AuditAction


@dataclass(frozen=True)
class Audited:
    """Refuse to commit what a route did without telling it: the service must have recorded one of these."""

    events: tuple[AuditAction, ...]

    async def __call__(self, audit: AuditServiceDep) -> AsyncIterator[None]:
        """Let the work happen, then look; without an event the request fails and is undone."""
        yield
        audit.require_recorded(self.events)
