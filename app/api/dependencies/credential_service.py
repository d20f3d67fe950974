"""The service that ends what rests on a secret."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.session_service import SessionServiceDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.services.credential_service import CredentialService


async def get_credential_service(
    session: SessionDep, sessions: SessionServiceDep, tokens: OneTimeTokenServiceDep, resources: ResourcesDep
) -> CredentialService:
    """The service, in the request's unit of work."""
    return CredentialService(
        sessions,
        tokens,
        ApiKeyRepository(session),
        PendingSignInRepository(session),
        clock=resources.clock,
    )


CredentialServiceDep = Annotated[CredentialService, Depends(get_credential_service)]
