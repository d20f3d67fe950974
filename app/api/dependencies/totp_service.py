"""The service of authenticators."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.factor_change_service import FactorChangeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.totp_credential_repository import TotpCredentialRepository
from app.services.totp_service import TotpService


async def get_totp_service(
    session: SessionDep, changes: FactorChangeServiceDep, limits: AuthLimitsDep, resources: ResourcesDep
) -> TotpService:
    """The service, in the request's unit of work."""
    return TotpService(
        TotpCredentialRepository(session),
        changes,
        limits=limits,
        secret_box=resources.secret_box,
        issuer=resources.settings.http.public_host,
        clock=resources.clock,
    )


TotpServiceDep = Annotated[TotpService, Depends(get_totp_service)]
