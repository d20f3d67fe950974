"""Tokens in the hands of others: ended (RFC 7009) and looked into (RFC 7662), both by forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from app.api.access import NOTHING, Sometimes, credential, public
from app.api.dependencies.client import ClientDep
from app.api.dependencies.form_body import FormBody
from app.api.dependencies.introspection_service import IntrospectionServiceDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.revocation_service import RevocationServiceDep
from app.api.problems import problem_responses
from app.api.strict_form import form_documentation
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.schemas.token import IntrospectionResponse, TokenForm

router = APIRouter(prefix="/api/v1/auth", tags=["Sign-in"], route_class=StrictRoute)

TokenFormDep = Annotated[TokenForm, Depends(FormBody(TokenForm))]
ASKS = "It asks how a token stands now; an answer of an hour ago would be wrong."
FORM_PROBLEMS = (400, 413, 415)


@router.post(
    "/revoke",
    summary="Revoke a token",
    response_class=Response,
    status_code=status.HTTP_200_OK,
    responses=problem_responses(*FORM_PROBLEMS, 429),
    openapi_extra=form_documentation(TokenForm),
    dependencies=[public(attempts=(AuthAction.REVOKE_TOKEN,), audit=Sometimes(AuditAction.SESSION_ENDED))],
)
async def revoke_token(form: TokenFormDep, client: ClientDep, revocations: RevocationServiceDep) -> Response:
    """End the session of a refresh or an access token: whoever holds it may (RFC 7009).

    The answer is 200 for every text, so it tells nothing about tokens that are unknown, over or an API key.
    """
    await revocations.revoke(form.token.get_secret_value(), client)
    return Response()


@router.post(
    "/introspect",
    summary="Look into a token",
    response_model_exclude_none=True,
    responses=problem_responses(*FORM_PROBLEMS, 401, 403, 429),
    openapi_extra=form_documentation(TokenForm),
    dependencies=[credential(audit=NOTHING, never_replayed=ASKS)],
)
async def introspect_token(
    form: TokenFormDep, caller: PrincipalDep, introspections: IntrospectionServiceDep
) -> IntrospectionResponse:
    """Tell what an access token or an API key stands for now (RFC 7662).

    A service key with `gate:verify` may ask about all of them, everybody else about their own: the tokens of
    their sessions and, with `api_keys:read`, the keys of their organization. Of all others the answer is
    `{"active": false}`, whatever they are. An API key with an address list is never active here, because
    nobody says where it is used: ask `/api/v1/verify`.
    """
    return await introspections.introspect(form.token.get_secret_value(), caller)
