"""The service of coming back from a provider."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.external_identity_service import ExternalIdentityServiceDep
from app.api.dependencies.provider_attempt_service import ProviderAttemptServiceDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.services.provider_sign_in_service import ProviderSignInService


async def get_provider_sign_in_service(
    attempts: ProviderAttemptServiceDep,
    identities: ExternalIdentityServiceDep,
    sign_in: SignInServiceDep,
    audit: AuditServiceDep,
) -> ProviderSignInService:
    """The service; its sessions and identities belong to the request's unit of work."""
    return ProviderSignInService(attempts, identities, sign_in, audit)


ProviderSignInServiceDep = Annotated[ProviderSignInService, Depends(get_provider_sign_in_service)]
