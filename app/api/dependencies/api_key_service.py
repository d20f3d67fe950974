"""The service of API keys."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.services.api_key_service import ApiKeyService, KeyRules


async def get_api_key_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> ApiKeyService:
    """The service, in the request's unit of work."""
    settings = resources.settings.keys
    return ApiKeyService(
        ApiKeyRepository(session),
        OrganizationRepository(session),
        PlanRepository(session),
        secrets=resources.api_key_secrets,
        rules=KeyRules(settings.per_organization_max, frozenset(settings.resource_scopes)),
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


ApiKeyServiceDep = Annotated[ApiKeyService, Depends(get_api_key_service)]
