"""The service of signing in with a passkey alone."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.passkey_proof_service import PasskeyProofServiceDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.services.passkey_sign_in_service import PasskeySignInService


async def get_passkey_sign_in_service(
    proofs: PasskeyProofServiceDep, sign_in: SignInServiceDep, limits: AuthLimitsDep, audit: AuditServiceDep
) -> PasskeySignInService:
    """The service, in the request's unit of work."""
    return PasskeySignInService(proofs, sign_in, limits=limits, audit=audit)


PasskeySignInServiceDep = Annotated[PasskeySignInService, Depends(get_passkey_sign_in_service)]
