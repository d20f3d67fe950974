"""The service that reads the audit trail."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_event_service import AuditEventService


async def get_audit_event_service(session: SessionDep, resources: ResourcesDep) -> AuditEventService:
    """The service, in the request's unit of work; exports outlive it and have their own."""
    return AuditEventService(AuditEventRepository(session), audit_events_opener(resources.engine))


AuditEventServiceDep = Annotated[AuditEventService, Depends(get_audit_event_service)]
