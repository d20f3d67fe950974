"""The service of new secrets and what rested on the old ones."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.session_service import SessionServiceDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.user_repository import UserRepository
from app.services.credential_service import CredentialService


async def get_credential_service(
    session: SessionDep, sessions: SessionServiceDep, tokens: OneTimeTokenServiceDep, resources: ResourcesDep
) -> CredentialService:
    """The service, in the request's unit of work."""
    return CredentialService(
        UserRepository(session),
        sessions,
        tokens,
        ApiKeyRepository(session),
        PendingSignInRepository(session),
        FactorRepository(session),
        clock=resources.clock,
    )


CredentialServiceDep = Annotated[CredentialService, Depends(get_credential_service)]
