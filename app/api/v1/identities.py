"""Who you are to others: the providers through which you can sign in."""

from uuid import UUID

from fastapi import APIRouter, status

from app.api.access import fresh_session, session
from app.api.dependencies.external_identity_service import ExternalIdentityServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.schemas.provider import ExternalIdentityListResponse, ExternalIdentityResponse

router = APIRouter(prefix="/api/v1/auth/identities", tags=["Providers"], route_class=StrictRoute)


@router.get("", summary="List your identities at providers", dependencies=[session()])
async def list_identities(
    caller: PrincipalDep, identities: ExternalIdentityServiceDep
) -> ExternalIdentityListResponse:
    """List the identities by which you can sign in, oldest first."""
    own = await identities.list_own(caller.user_id)
    return ExternalIdentityListResponse(
        identities=[ExternalIdentityResponse.model_validate(each) for each in own]
    )


@router.delete(
    "/{identity_id}",
    summary="Unlink an identity",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(404, 409),
    dependencies=[fresh_session(audit=AuditAction.PROVIDER_UNLINKED)],
)
async def unlink_identity(
    identity_id: UUID, caller: PrincipalDep, identities: ExternalIdentityServiceDep
) -> None:
    """Sign in by this identity no more. The last way to sign in to your account cannot be removed."""
    await identities.unlink(identity_id, user_id=caller.user_id)
