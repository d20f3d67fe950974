"""Signing in and out: short-lived access tokens, and refresh tokens that work once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api.access import NOTHING, public, session
from app.api.dependencies.auth_service import AuthServiceDep
from app.api.dependencies.client import ClientDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.refresh_service import RefreshServiceDep
from app.api.dependencies.session_principal import PersonDep, SessionIdDep
from app.api.dependencies.session_service import SessionServiceDep
from app.api.dependencies.session_transport import SessionTransportDep
from app.api.problems import problem_response, problem_responses
from app.api.sign_in_answer import COOKIE_RESPONSES, SIGN_IN_RESPONSES, sign_in_answer
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidCredentialError
from app.schemas.auth import LoginRequest, ReauthenticateRequest, RefreshRequest, TokenResponse
from app.schemas.page import Page, PageParams
from app.schemas.session import SessionOrganization, SessionResponse

SIGNED_IN = (AuditAction.SIGN_IN, AuditAction.SECOND_FACTOR_DEMANDED)
REAUTHENTICATED = (AuditAction.REAUTHENTICATED, AuditAction.SECOND_FACTOR_DEMANDED)

router = APIRouter(prefix="/api/v1/auth", tags=["Sign-in"], route_class=StrictRoute)


@router.post(
    "/login",
    summary="Sign in",
    response_model=TokenResponse,
    responses=SIGN_IN_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[public(attempts=(AuthAction.LOGIN,), audit=SIGNED_IN, refusals=AuditAction.SIGN_IN_FAILED)],
)
async def login(
    body: LoginRequest, client: ClientDep, auth: AuthServiceDep, transport: SessionTransportDep
) -> TokenResponse | Response:
    """Open a session with an e-mail address and a password.

    An account with a second factor is answered 202 and an `mfa_token`, which the routes under `/auth/mfa`
    take together with the factor's proof. An unknown address, a wrong password and a disabled account answer
    alike. Attempts are limited per account and address, per address, and altogether; successes count too.
    """
    outcome = await auth.login(body.email, body.password.get_secret_value(), client)
    return sign_in_answer(outcome, transport)


@router.post(
    "/refresh",
    summary="Renew the tokens",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[public(attempts=(AuthAction.REFRESH,), audit=NOTHING, refusals=AuditAction.REFRESH_REUSED)],
)
async def refresh(
    client: ClientDep,
    refreshes: RefreshServiceDep,
    transport: SessionTransportDep,
    request: Request,
    body: RefreshRequest | None = None,
) -> TokenResponse | Response:
    """Trade a refresh token for the next access and refresh token.

    A refresh token works once. If the answer is lost, send it again within 30 seconds: the answer is the same
    successor, unless that was used. If it comes later, its session ends with all its tokens, because one of
    the two who sent it must have stolen it. A browser that keeps it in its cookie sends no body.
    """
    token = transport.refresh_token(None if body is None else body.refresh_token.get_secret_value())
    tokens = await refreshes.refresh(token, client)
    if tokens is None:
        # Answered, not raised: an error would roll back the end of a session whose token came twice.
        refusal = problem_response(request, InvalidCredentialError("The refresh token is not valid."))
        return transport.forget_in(refusal)
    return transport.answer(tokens)


@router.post(
    "/reauthenticate",
    summary="Prove again who you are",
    response_model=TokenResponse,
    responses=SIGN_IN_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[
        session(
            attempts=(AuthAction.REAUTHENTICATE,),
            audit=REAUTHENTICATED,
            refusals=AuditAction.REAUTHENTICATION_FAILED,
            # A kept answer is compared with the body: passwords could be guessed at it, and no limit counts.
            never_replayed="A proof works once, and its answer opens a session.",
        )
    ],
)
async def reauthenticate(
    body: ReauthenticateRequest,
    session_id: SessionIdDep,
    person: PersonDep,
    client: ClientDep,
    auth: AuthServiceDep,
    transport: SessionTransportDep,
) -> TokenResponse | Response:
    """Replace this session by a fresh one, for what needs a proof no older than ten minutes.

    The session that calls ends with all its tokens; go on with the new ones. Signing in anew does as well.
    An account with a second factor is answered 202 and an `mfa_token`, as when signing in.
    """
    password = body.password.get_secret_value()
    outcome = await auth.reauthenticate(session_id, person, password, client)
    return sign_in_answer(outcome, transport)


@router.post(
    "/logout",
    summary="Sign out",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 429),
    dependencies=[session(audit=AuditAction.SIGN_OUT, impersonators=True)],
)
async def logout(
    session_id: SessionIdDep,
    caller: PrincipalDep,
    sessions: SessionServiceDep,
    transport: SessionTransportDep,
) -> Response:
    """End the session that calls. Its access and refresh tokens are refused from the next request on."""
    await sessions.sign_out(session_id, user_id=caller.user_id)
    return transport.forget_in(Response(status_code=status.HTTP_204_NO_CONTENT))


@router.get(
    "/sessions",
    summary="List your sessions",
    responses=problem_responses(401, 403, 429),
    dependencies=[session()],
)
async def list_sessions(
    query: Annotated[PageParams, Query()],
    session_id: SessionIdDep,
    caller: PrincipalDep,
    sessions: SessionServiceDep,
) -> Page[SessionResponse]:
    """List where you are signed in, newest first. Sessions that are over are not shown."""
    return await sessions.list_own(caller.user_id, query, current_id=session_id)


@router.put(
    "/session/organization",
    summary="Switch the organization",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[session(audit=AuditAction.SESSION_MOVED)],
)
async def move_session(
    body: SessionOrganization, session_id: SessionIdDep, caller: PrincipalDep, sessions: SessionServiceDep
) -> SessionResponse:
    """Let this session act in another of your organizations, from the next request on.

    For one request, `X-Organization` names another; a session whose organization is suspended needs it here.
    """
    return await sessions.move(session_id, body.organization_id, user_id=caller.user_id)


@router.delete(
    "/sessions",
    summary="End all your sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 429),
    dependencies=[session(audit=AuditAction.SESSIONS_ENDED)],
)
async def end_all_sessions(
    _session_id: SessionIdDep,
    caller: PrincipalDep,
    sessions: SessionServiceDep,
    transport: SessionTransportDep,
) -> Response:
    """Sign out everywhere, here too. All tokens are refused from the next request on."""
    await sessions.end_all(caller.user_id)
    return transport.forget_in(Response(status_code=status.HTTP_204_NO_CONTENT))


@router.delete(
    "/sessions/others",
    summary="End your other sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 429),
    dependencies=[session(audit=AuditAction.SESSIONS_ENDED)],
)
async def end_other_sessions(
    session_id: SessionIdDep, caller: PrincipalDep, sessions: SessionServiceDep
) -> None:
    """Sign out everywhere but here."""
    await sessions.end_others(session_id, user_id=caller.user_id)


@router.delete(
    "/sessions/{session_id}",
    summary="End one of your sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[session(audit=AuditAction.SESSION_ENDED)],
)
async def end_session(
    session_id: UUID, _current_id: SessionIdDep, caller: PrincipalDep, sessions: SessionServiceDep
) -> None:
    """End a session, this one or another of yours. Its tokens are refused from the next request on."""
    await sessions.end(session_id, user_id=caller.user_id)
