"""The service of identities at providers."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.provider_sign_up_service import ProviderSignUpServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.external_identity_repository import ExternalIdentityRepository
from app.repositories.factor_repository import FactorRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.external_identity_service import ExternalIdentityService


async def get_external_identity_service(
    session: SessionDep,
    sign_ups: ProviderSignUpServiceDep,
    notices: NoticeServiceDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> ExternalIdentityService:
    """The service, in the request's unit of work."""
    return ExternalIdentityService(
        ExternalIdentityRepository(session),
        UserRepository(session),
        FactorRepository(session),
        sign_ups,
        SessionRepository(session),
        notices=notices,
        audit=audit,
        clock=resources.clock,
    )


ExternalIdentityServiceDep = Annotated[ExternalIdentityService, Depends(get_external_identity_service)]
