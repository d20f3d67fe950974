"""The service of signing up through a provider."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.invitation_answer_service import InvitationAnswerServiceDep
from app.api.dependencies.registration_service import RegistrationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.services.provider_sign_up_service import ProviderSignUpService


async def get_provider_sign_up_service(
    people: RegistrationServiceDep,
    invitations: InvitationAnswerServiceDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> ProviderSignUpService:
    """The service, in the request's unit of work."""
    return ProviderSignUpService(people, invitations, audit, policy=resources.settings.sign_up_policy)


ProviderSignUpServiceDep = Annotated[ProviderSignUpService, Depends(get_provider_sign_up_service)]
