"""Signing in through others: away to a provider, and back to the browser that began it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from app.api.access import NOTHING, fresh_session, public, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.provider_attempt_service import ProviderAttemptServiceDep
from app.api.dependencies.provider_browser import BrowserTokenDep, set_browser_cookie
from app.api.dependencies.provider_sign_in_service import ProviderSignInServiceDep
from app.api.dependencies.session_principal import SessionIdDep
from app.api.dependencies.session_transport import SessionTransportDep
from app.api.problems import problem_responses
from app.api.provider_answer import PROVIDER_RESPONSES, tell_outcome, to_answer
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.provider_identity import AttemptPurpose
from app.schemas.auth import TokenResponse
from app.schemas.provider import (
    ProviderCallback,
    ProviderListResponse,
    ProviderResponse,
    ProviderReturn,
    ProviderSignInStart,
    ProviderStart,
    ProviderStartResponse,
)
from app.services.provider_attempt_service import OwnPurpose

BEGUN = (AuditAction.SIGNED_UP, AuditAction.INVITATION_ACCEPTED)
"""What comes before a first sign-in: an account, and perhaps a place in an organization."""
FINISHED = (
    AuditAction.SIGN_IN,
    AuditAction.SECOND_FACTOR_DEMANDED,
    AuditAction.PROVIDER_LINKED,
    AuditAction.REAUTHENTICATED,
)

router = APIRouter(prefix="/api/v1/auth/providers", tags=["Providers"], route_class=StrictRoute)
Name = Annotated[str, Path(description="As the settings name it.", examples=["google"])]


@router.get("", summary="List the providers", dependencies=[public()])
async def list_providers(attempts: ProviderAttemptServiceDep) -> ProviderListResponse:
    """List the providers through which people can sign in, in the order of the settings."""
    providers = [
        ProviderResponse(name=name, title=settings.title or name, kind=settings.kind)
        for name, settings in attempts.list_all().items()
    ]
    return ProviderListResponse(providers=providers)


@router.post(
    "/{name}/start",
    summary="Begin to sign in through a provider",
    responses=problem_responses(404, 429),
    dependencies=[public(attempts=(AuthAction.PROVIDER_START,), audit=NOTHING)],
)
async def start_sign_in(
    name: Name,
    body: ProviderSignInStart,
    client: ClientDep,
    attempts: ProviderAttemptServiceDep,
    response: Response,
) -> ProviderStartResponse:
    """Get the provider's address for this browser, which is given a cookie that it must bring back.

    An attempt works once, in this browser, for ten minutes; a newer one takes the cookie's place. Who was
    invited by mail and has no account sends the invitation along; it must have gone to the address that the
    provider vouches for.
    """
    invitation = None if body.invitation is None else body.invitation.get_secret_value()
    started = await attempts.begin(name, body, address=client.address, invitation=invitation)
    set_browser_cookie(response, started.browser_token, lifetime_seconds=started.expires_in)
    return ProviderStartResponse.model_validate(started)


@router.post(
    "/{name}/link",
    summary="Begin to link a provider to your account",
    responses=problem_responses(404),
    dependencies=[fresh_session(attempts=(AuthAction.PROVIDER_START,), audit=NOTHING)],
)
async def start_linking(
    name: Name,
    body: ProviderStart,
    session_id: SessionIdDep,
    client: ClientDep,
    attempts: ProviderAttemptServiceDep,
    response: Response,
) -> ProviderStartResponse:
    """Get the provider's address for this browser; who comes back is linked to your account.

    The session must still live when the browser comes back.
    """
    purpose = OwnPurpose(session_id, AttemptPurpose.LINK)
    started = await attempts.begin(name, body, address=client.address, session=purpose)
    set_browser_cookie(response, started.browser_token, lifetime_seconds=started.expires_in)
    return ProviderStartResponse.model_validate(started)


@router.post(
    "/{name}/reauthenticate",
    summary="Begin to prove again who you are through a provider",
    responses=problem_responses(404, 409),
    dependencies=[session(attempts=(AuthAction.PROVIDER_START,), audit=NOTHING)],
)
async def start_reauthentication(
    name: Name,
    body: ProviderStart,
    session_id: SessionIdDep,
    client: ClientDep,
    attempts: ProviderAttemptServiceDep,
    response: Response,
) -> ProviderStartResponse:
    """Get the provider's address for this browser; who comes back has a fresh session in place of this one.

    The provider is told to ask anew who you are, and must say that it has. A provider that cannot is a 409:
    prove it in another way.
    """
    purpose = OwnPurpose(session_id, AttemptPurpose.REAUTHENTICATE)
    started = await attempts.begin(name, body, address=client.address, session=purpose)
    set_browser_cookie(response, started.browser_token, lifetime_seconds=started.expires_in)
    return ProviderStartResponse.model_validate(started)


@router.get(
    "/{name}/callback",
    summary="Come back from a provider",
    response_model=TokenResponse,
    responses=PROVIDER_RESPONSES
    | {303: {"description": "On to the page that was named, with the answer in its fragment."}},
    # An answer that only goes on to a page has done nothing yet: what is written is written when it is used.
    dependencies=[
        public(
            attempts=(AuthAction.PROVIDER_CALLBACK,),
            audit=NOTHING,
            refusals=(*FINISHED, AuditAction.SIGN_IN_FAILED),
            also=BEGUN,
        )
    ],
)
async def come_back(
    name: Name,
    query: Annotated[ProviderReturn, Query()],
    browser_token: BrowserTokenDep,
    client: ClientDep,
    attempts: ProviderAttemptServiceDep,
    sign_in: ProviderSignInServiceDep,
    transport: SessionTransportDep,
) -> Response:
    """Take what the provider sends the browser back with: this is the redirect URI to register there.

    If the sign-in named a page to return to, the answer goes on to it in the fragment, unused; the page sends
    it to `POST .../callback`. Otherwise the answer is the one of that route.
    """
    answer = to_answer(query)
    page = await attempts.find_return_url(name, answer, browser_token)
    if page is not None:
        return RedirectResponse(page, HTTPStatus.SEE_OTHER)
    outcome = await sign_in.finish(name, answer, browser_token, client)
    return tell_outcome(outcome, transport)


@router.post(
    "/{name}/callback",
    summary="Finish the sign-in through a provider",
    response_model=TokenResponse,
    responses=PROVIDER_RESPONSES,
    dependencies=[
        public(
            attempts=(AuthAction.PROVIDER_CALLBACK,),
            audit=FINISHED,
            also=BEGUN,
            refusals=AuditAction.SIGN_IN_FAILED,
        )
    ],
)
async def finish_sign_in(
    name: Name,
    body: ProviderCallback,
    browser_token: BrowserTokenDep,
    client: ClientDep,
    sign_in: ProviderSignInServiceDep,
    transport: SessionTransportDep,
) -> Response:
    """Send on what the provider has sent the browser back with, from the browser that began.

    200: you are signed in, with a session as fresh as the provider says that you are. 201: the identity is
    linked to the account that wanted to link it. 202: the account demands a second factor. An identity that
    nobody has linked opens an account only by an address that its provider is trusted to vouch for.
    """
    outcome = await sign_in.finish(name, to_answer(body), browser_token, client)
    return tell_outcome(outcome, transport)
