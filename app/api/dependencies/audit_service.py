"""The service of the audit trail."""

from typing import Annotated

from fastapi import Depends, Request

from app.api.dependencies.client import ClientDep
from app.api.dependencies.resources import resources_of
from app.api.dependencies.session import SessionDep
from app.core.audit import Occasion
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_service import AuditService


async def get_audit_service(request: Request, session: SessionDep, client: ClientDep) -> AuditService:
    """The service, in the request's unit of work, knowing the request."""
    state = request.scope["state"]
    occasion = Occasion(lambda: state.get("principal"), client, state["request_id"])
    opener = audit_events_opener(resources_of(request.scope).engine)
    return AuditService(AuditEventRepository(session), opener, occasion)


AuditServiceDep = Annotated[AuditService, Depends(get_audit_service)]
