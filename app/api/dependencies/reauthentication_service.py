"""The service of proving again who one is without a password."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.passkey_proof_service import PasskeyProofServiceDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.api.dependencies.totp_service import TotpServiceDep
from app.repositories.user_repository import UserRepository
from app.services.reauthentication_service import ReauthenticationService


async def get_reauthentication_service(
    session: SessionDep,
    passkeys: PasskeyProofServiceDep,
    totp: TotpServiceDep,
    sign_in: SignInServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
) -> ReauthenticationService:
    """The service, in the request's unit of work."""
    return ReauthenticationService(
        UserRepository(session), passkeys, totp, sign_in, limits=limits, audit=audit
    )


ReauthenticationServiceDep = Annotated[ReauthenticationService, Depends(get_reauthentication_service)]
