"""The service of passkeys."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.factor_change_service import FactorChangeServiceDep
from app.api.dependencies.passkey_proof_service import PasskeyProofServiceDep
from app.api.dependencies.session import SessionDep
from app.repositories.passkey_repository import PasskeyRepository
from app.services.passkey_service import PasskeyService


async def get_passkey_service(
    session: SessionDep,
    proofs: PasskeyProofServiceDep,
    changes: FactorChangeServiceDep,
    audit: AuditServiceDep,
) -> PasskeyService:
    """The service, in the request's unit of work."""
    return PasskeyService(PasskeyRepository(session), proofs, changes, audit)


PasskeyServiceDep = Annotated[PasskeyService, Depends(get_passkey_service)]
