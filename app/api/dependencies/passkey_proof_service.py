"""The service that asks passkeys."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.core.relying_party import RelyingParty
from app.repositories.passkey_challenge_repository import PasskeyChallengeRepository
from app.repositories.passkey_repository import PasskeyRepository
from app.services.passkey_proof_service import PasskeyProofService


async def get_passkey_proof_service(
    session: SessionDep, audit: AuditServiceDep, notices: NoticeServiceDep, resources: ResourcesDep
) -> PasskeyProofService:
    """The service, in the request's unit of work; it speaks for the public URL and for no other."""
    http = resources.settings.http
    return PasskeyProofService(
        PasskeyRepository(session),
        PasskeyChallengeRepository(session),
        RelyingParty(origin=http.public_origin, host=http.public_host),
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


PasskeyProofServiceDep = Annotated[PasskeyProofService, Depends(get_passkey_proof_service)]
