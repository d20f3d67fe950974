"""The audit trail, for services that a test puts together itself, and what it tells."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.audit import AuditAction, Occasion
from app.core.database import transaction
from app.models import AuditEvent
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_service import AuditService


def trail_in(session: AsyncSession, engine: AsyncEngine, occasion: Occasion | None = None) -> AuditService:
    """The service, in a transaction of the test's."""
    return AuditService(AuditEventRepository(session), audit_events_opener(engine), occasion or Occasion())


async def events_about(
    engine: AsyncEngine, subject: UUID, action: AuditAction | None = None
) -> list[AuditEvent]:
    """The events whose actor, target or organization this is, oldest first."""
    query = select(AuditEvent).where(
        or_(
            AuditEvent.actor_id == subject,
            AuditEvent.organization_id == subject,
            AuditEvent.target.endswith(f":{subject}"),
        )
    )
    if action is not None:
        query = query.where(AuditEvent.action == action)
    async with transaction(engine) as session:
        return list(await session.scalars(query.order_by(AuditEvent.sequence)))
