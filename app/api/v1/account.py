"""Your own account: password, address, data, and its end."""

from fastapi import APIRouter, Request, Response, status

from app.api.access import fresh_session, session
from app.api.dependencies.account_export_service import AccountExportServiceDep
from app.api.dependencies.account_service import AccountServiceDep
from app.api.dependencies.client import ClientDep
from app.api.dependencies.email_change_service import EmailChangeServiceDep
from app.api.dependencies.guards import Per, RateLimit
from app.api.dependencies.password_change_service import PasswordChangeServiceDep
from app.api.dependencies.session_principal import PersonDep, SessionIdDep
from app.api.problems import problem_response, problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidOneTimeTokenError
from app.schemas.account import AccountExport
from app.schemas.email_change import EmailChangeByCode, EmailChangeByLink, EmailChangeRequest
from app.schemas.one_time_token import HandleResponse
from app.schemas.password import PasswordChange
from app.schemas.user import UserResponse

router = APIRouter(prefix="/api/v1/account", tags=["Account"], route_class=StrictRoute)

EMAIL_CHANGED = session(
    attempts=(AuthAction.VERIFY_EMAIL,), audit=AuditAction.EMAIL_CHANGED, refusals=AuditAction.EMAIL_CHANGED
)
EXPORTS = RateLimit("export", quota=5, period_seconds=3600, per=Per.USER)
EXPORTED = fresh_session(
    limits=(EXPORTS,),
    audit=AuditAction.ACCOUNT_EXPORTED,
    never_replayed="It reads, and a second copy of all that is known of a person need not be kept.",
)


@router.put(
    "/password",
    summary="Change your password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[
        session(
            attempts=(AuthAction.REAUTHENTICATE,),
            audit=AuditAction.PASSWORD_CHANGED,
            refusals=AuditAction.PASSWORD_CHANGED,
            also=AuditAction.SESSIONS_ENDED,
        )
    ],
)
async def change_password(
    body: PasswordChange,
    person: PersonDep,
    session_id: SessionIdDep,
    client: ClientDep,
    passwords: PasswordChangeServiceDep,
) -> None:
    """Set a new password; the current one is needed. All your other sessions end, and you are told by mail.

    An account without a password gets one by asking for a reset.
    """
    await passwords.change(body, person, session_id=session_id, client=client)


@router.post(
    "/email",
    summary="Ask for another e-mail address",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(401, 403, 429),
    dependencies=[
        fresh_session(attempts=(AuthAction.CHANGE_EMAIL,), audit=AuditAction.EMAIL_CHANGE_REQUESTED)
    ],
)
async def begin_email_change(
    body: EmailChangeRequest, person: PersonDep, client: ClientDep, emails: EmailChangeServiceDep
) -> HandleResponse:
    """Have a link and a code sent to the new address, and the old address told.

    Nothing changes until the new address is confirmed. Ask again to have them sent again.
    """
    return HandleResponse(handle=await emails.begin(person, body.email, client))


@router.post(
    "/email/link",
    summary="Confirm another e-mail address by link",
    response_model=UserResponse,
    responses=problem_responses(401, 403, 429),
    dependencies=[EMAIL_CHANGED],
)
async def confirm_email_by_link(
    body: EmailChangeByLink,
    person: PersonDep,
    client: ClientDep,
    emails: EmailChangeServiceDep,
    request: Request,
) -> UserResponse | Response:
    """Sign in with the new address from now on. Only the account that asked for it can confirm it."""
    user = await emails.confirm_by_link(body.token.get_secret_value(), person, client)
    if user is None:
        return problem_response(request, InvalidOneTimeTokenError())
    return UserResponse.model_validate(user)


@router.post(
    "/email/code",
    summary="Confirm another e-mail address by code",
    response_model=UserResponse,
    responses=problem_responses(401, 403, 429),
    dependencies=[EMAIL_CHANGED],
)
async def confirm_email_by_code(
    body: EmailChangeByCode,
    person: PersonDep,
    client: ClientDep,
    emails: EmailChangeServiceDep,
    request: Request,
) -> UserResponse | Response:
    """Sign in with the new address from now on. Only the account that asked for it can confirm it."""
    user = await emails.confirm_by_code(body.handle.get_secret_value(), body.code, person, client)
    if user is None:
        # Answered, not raised: the try must be counted.
        return problem_response(request, InvalidOneTimeTokenError())
    return UserResponse.model_validate(user)


@router.post(
    "/deactivation",
    summary="Deactivate your account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.ACCOUNT_DEACTIVATED, also=AuditAction.SESSIONS_ENDED)],
)
async def deactivate_account(person: PersonDep, accounts: AccountServiceDep) -> None:
    """Stop your account, your sessions and the API keys you have made, until an operator enables it again.

    Make somebody else an owner first where others would be left without one.
    """
    await accounts.deactivate(person)


@router.post(
    "/export",
    summary="Take your data away",
    responses=problem_responses(401, 403, 429),
    dependencies=[EXPORTED],
)
async def export_account(person: PersonDep, exports: AccountExportServiceDep) -> AccountExport:
    """Read everything that is stored about you, but secrets."""
    return await exports.export(person)


@router.delete(
    "",
    summary="Delete your account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.ACCOUNT_DELETED)],
)
async def delete_account(person: PersonDep, accounts: AccountServiceDep) -> None:
    """Delete your account for good, with its sessions, the API keys you have made and all ways to sign in.

    Organizations in which nobody else is are closed. What they paid stays in the ledger, under an id that
    has no name any more. Hand over first what others would be left in without an owner.
    """
    await accounts.delete(person)
