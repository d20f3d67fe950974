"""The service of proving again who one is by a mailed code."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.session import SessionDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.repositories.factor_repository import FactorRepository
from app.repositories.user_repository import UserRepository
from app.services.mailed_proof_service import MailedProofService


async def get_mailed_proof_service(
    session: SessionDep,
    tokens: OneTimeTokenServiceDep,
    mails: MailServiceDep,
    sign_in: SignInServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
) -> MailedProofService:
    """The service, in the request's unit of work."""
    return MailedProofService(
        UserRepository(session),
        FactorRepository(session),
        tokens,
        mails,
        sign_in,
        limits=limits,
        audit=audit,
    )


MailedProofServiceDep = Annotated[MailedProofService, Depends(get_mailed_proof_service)]
