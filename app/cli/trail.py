"""The audit trail, for commands: whoever works at the machine has no account, no session and no address."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.audit import Occasion
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_service import AuditService


def build_trail(session: AsyncSession, engine: AsyncEngine) -> AuditService:
    """The service, wired by hand into this transaction."""
    return AuditService(AuditEventRepository(session), audit_events_opener(engine), Occasion())
