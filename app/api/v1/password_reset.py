"""A new password for who has lost theirs."""

from fastapi import APIRouter, Request, Response, status

from app.api.access import public
from app.api.dependencies.client import ClientDep
from app.api.dependencies.password_reset_service import PasswordResetServiceDep
from app.api.problems import problem_response, problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidOneTimeTokenError
from app.schemas.password import PasswordResetByLink, PasswordResetRequest

router = APIRouter(prefix="/api/v1/auth/password-reset", tags=["Sign-in"], route_class=StrictRoute)


@router.post(
    "",
    summary="Ask for a new password",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses=problem_responses(429),
    dependencies=[public(attempts=(AuthAction.FORGOT_PASSWORD,), audit=AuditAction.PASSWORD_RESET_REQUESTED)],
)
async def begin_password_reset(
    body: PasswordResetRequest, client: ClientDep, resets: PasswordResetServiceDep
) -> Response:
    """Have a link sent to the address of an account, good for an hour and for one use.

    Ask again to have it sent again: the newer one voids the older. An address without an account is sent a
    mail that says so; the answer is the same.
    """
    await resets.begin(body.email, client)
    return Response(status_code=status.HTTP_202_ACCEPTED)


@router.post(
    "/link",
    summary="Set a new password by link",
    status_code=status.HTTP_204_NO_CONTENT,
    response_model=None,
    responses=problem_responses(429),
    dependencies=[
        public(
            attempts=(AuthAction.RESET_PASSWORD,),
            audit=AuditAction.PASSWORD_RESET,
            refusals=AuditAction.PASSWORD_RESET,
            also=AuditAction.SESSIONS_ENDED,
        )
    ],
)
async def finish_password_reset(
    body: PasswordResetByLink, client: ClientDep, resets: PasswordResetServiceDep, request: Request
) -> Response | None:
    """Set a new password with the mailed link. All sessions end; then sign in, as always with all factors."""
    if await resets.finish(body, client) is None:
        # Answered, not raised: what was written about it must be kept.
        return problem_response(request, InvalidOneTimeTokenError())
    return None
