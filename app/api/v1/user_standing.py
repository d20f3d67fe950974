"""People, as operators rule them: everything here acts on the person's very next request."""

from uuid import UUID

from fastapi import APIRouter, status

from app.api.access import credential, fresh_credential, fresh_session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.factor_reset_service import FactorResetServiceDep
from app.api.dependencies.impersonation_service import ImpersonationServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.user_standing_service import UserStandingServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.impersonation import ImpersonationCreate, ImpersonationResponse
from app.schemas.user import UserBan, UserStandingResponse

router = APIRouter(prefix="/api/v1/users/{user_id}", tags=["Users"], route_class=StrictRoute)


@router.get(
    "",
    summary="Read a person",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.USERS_READ)],
)
async def read_user(user_id: UUID, standing: UserStandingServiceDep) -> UserStandingResponse:
    """Read who somebody is here, and whether they are banned. Operators only."""
    return UserStandingResponse.model_validate(await standing.get(user_id))


@router.put(
    "/suspension",
    summary="Disable an account",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[credential(Scope.USERS_MANAGE, audit=AuditAction.USER_DISABLED)],
)
async def disable_user(
    user_id: UUID, caller: PrincipalDep, standing: UserStandingServiceDep
) -> UserStandingResponse:
    """End a person's sessions and refuse their keys, from the next request on. Operators only."""
    return UserStandingResponse.model_validate(await standing.disable(user_id, caller))


@router.delete(
    "/suspension",
    summary="Enable an account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[credential(Scope.USERS_MANAGE, audit=AuditAction.USER_ENABLED)],
)
async def enable_user(user_id: UUID, caller: PrincipalDep, standing: UserStandingServiceDep) -> None:
    """Let a disabled person sign in, and their keys work, again. Operators only."""
    await standing.enable(user_id, caller)


@router.put(
    "/ban",
    summary="Ban a person",
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[credential(Scope.USERS_MANAGE, audit=AuditAction.USER_BANNED)],
)
async def ban_user(
    user_id: UUID, ban: UserBan, caller: PrincipalDep, standing: UserStandingServiceDep
) -> UserStandingResponse:
    """Keep a person out for good; the address cannot sign up again. Operators only."""
    return UserStandingResponse.model_validate(await standing.ban(user_id, caller, reason=ban.reason))


@router.delete(
    "/ban",
    summary="Lift a ban",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[credential(Scope.USERS_MANAGE, audit=AuditAction.USER_BAN_LIFTED)],
)
async def lift_ban_of_user(user_id: UUID, caller: PrincipalDep, standing: UserStandingServiceDep) -> None:
    """Let a banned person sign in again. Operators only."""
    await standing.lift_ban(user_id, caller)


@router.delete(
    "/sessions",
    summary="Sign a person out",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[credential(Scope.USERS_MANAGE, audit=AuditAction.USER_SIGNED_OUT)],
)
async def sign_out_user(user_id: UUID, standing: UserStandingServiceDep) -> None:
    """End all sessions of a person, from the next request on. Operators only."""
    await standing.sign_out(user_id)


@router.post(
    "/impersonation",
    summary="See what a person sees",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_session(Scope.USERS_IMPERSONATE, audit=AuditAction.IMPERSONATION_STARTED)],
)
async def impersonate_user(
    user_id: UUID,
    draft: ImpersonationCreate,
    caller: PrincipalDep,
    client: ClientDep,
    impersonations: ImpersonationServiceDep,
) -> ImpersonationResponse:
    """Open a session in somebody's name, for an hour at most. Operators only, and for no operator.

    The access token names you in `act` (RFC 8693). It reads what the person can read; it changes, spends and
    signs nothing. The person is mailed, and finds it among their sessions and in their audit trail.
    """
    started = await impersonations.start(user_id, draft, caller=caller, client=client)
    return ImpersonationResponse.model_validate(started)


@router.delete(
    "/factors",
    summary="Take a person's second factors",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_credential(Scope.USERS_MANAGE, audit=AuditAction.FACTORS_RESET)],
)
async def reset_factors_of_user(user_id: UUID, caller: PrincipalDep, factors: FactorResetServiceDep) -> None:
    """Help somebody in who has lost authenticator, passkeys and recovery codes. Operators only.

    Be sure of who asks. All their sessions end, and they are told by mail.
    """
    await factors.reset(user_id, caller)
