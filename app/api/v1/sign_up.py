"""Signing up: first the address is proved, then there is an account."""

from fastapi import APIRouter, Request, Response, status

from app.api.access import public
from app.api.dependencies.client import ClientDep
from app.api.dependencies.sign_up_service import SignUpServiceDep
from app.api.problems import problem_response, problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidOneTimeTokenError
from app.schemas.one_time_token import HandleResponse
from app.schemas.sign_up import SignUpByCode, SignUpByLink, SignUpRequest
from app.schemas.user import UserResponse

FINISHED = public(
    attempts=(AuthAction.VERIFY_EMAIL,), audit=AuditAction.SIGNED_UP, refusals=AuditAction.SIGNED_UP
)

router = APIRouter(prefix="/api/v1/auth/sign-up", tags=["Sign-up"], route_class=StrictRoute)


@router.post(
    "",
    summary="Ask for an account",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(403, 429),
    dependencies=[public(attempts=(AuthAction.SIGN_UP,), audit=AuditAction.SIGN_UP_REQUESTED)],
)
async def begin_sign_up(body: SignUpRequest, client: ClientDep, sign_ups: SignUpServiceDep) -> HandleResponse:
    """Have a link and a code of six digits sent to an address.

    The link is good for a day, the code for ten minutes and five tries. Ask again to have them sent again:
    the newer ones void the older. An address that has an account is sent a mail that says so; the answer is
    the same. Nothing else of an account is set before its address is proved.
    """
    return HandleResponse(handle=await sign_ups.begin(body.email, client))


@router.post(
    "/link",
    summary="Finish signing up by link",
    status_code=status.HTTP_201_CREATED,
    response_model=UserResponse,
    responses=problem_responses(403, 429),
    dependencies=[FINISHED],
)
async def finish_sign_up_by_link(
    body: SignUpByLink, client: ClientDep, sign_ups: SignUpServiceDep, request: Request
) -> UserResponse | Response:
    """Prove the address with the mailed link, and set the password. Then sign in with it."""
    user = await sign_ups.finish_by_link(body.token.get_secret_value(), body, client)
    if user is None:
        return problem_response(request, InvalidOneTimeTokenError())
    return UserResponse.model_validate(user)


@router.post(
    "/code",
    summary="Finish signing up by code",
    status_code=status.HTTP_201_CREATED,
    response_model=UserResponse,
    responses=problem_responses(403, 429),
    dependencies=[FINISHED],
)
async def finish_sign_up_by_code(
    body: SignUpByCode, client: ClientDep, sign_ups: SignUpServiceDep, request: Request
) -> UserResponse | Response:
    """Prove the address with the mailed code and its handle, and set the password. Then sign in with it."""
    handle = body.handle.get_secret_value()
    user = await sign_ups.finish_by_code(handle, body.code, body, client)
    if user is None:
        # Answered, not raised: the try must be counted.
        return problem_response(request, InvalidOneTimeTokenError())
    return UserResponse.model_validate(user)
