"""The service that proves second factors."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.passkey_proof_service import PasskeyProofServiceDep
from app.api.dependencies.recovery_code_service import RecoveryCodeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.api.dependencies.totp_service import TotpServiceDep
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.totp_credential_repository import TotpCredentialRepository
from app.services.second_factor_service import Proofs, SecondFactorService


async def get_proofs(
    totp: TotpServiceDep, recovery_codes: RecoveryCodeServiceDep, passkeys: PasskeyProofServiceDep
) -> Proofs:
    """Every kind of second factor."""
    return Proofs(totp, recovery_codes, passkeys)


async def get_second_factor_service(
    session: SessionDep,
    proofs: Annotated[Proofs, Depends(get_proofs)],
    sign_in: SignInServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    notices: NoticeServiceDep,
    resources: ResourcesDep,
) -> SecondFactorService:
    """The service, in the request's unit of work."""
    return SecondFactorService(
        PendingSignInRepository(session),
        TotpCredentialRepository(session),
        proofs,
        sign_in,
        limits=limits,
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


SecondFactorServiceDep = Annotated[SecondFactorService, Depends(get_second_factor_service)]
