"""The service of signing in."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.password_proof_service import PasswordProofServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.sign_in_service import SignInServiceDep
from app.repositories.user_repository import users_opener
from app.services.auth_service import AuthService


async def get_auth_service(
    sign_in: SignInServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    proofs: PasswordProofServiceDep,
    resources: ResourcesDep,
) -> AuthService:
    """The service; its sessions belong to the request's unit of work."""
    return AuthService(
        users_opener(resources.engine),
        sign_in,
        hasher=resources.password_hasher,
        proofs=proofs,
        limits=limits,
        audit=audit,
    )


AuthServiceDep = Annotated[AuthService, Depends(get_auth_service)]
