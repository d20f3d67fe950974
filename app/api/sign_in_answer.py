"""How every way of signing in answers: 200 with tokens, 204 with cookies, 202 with what is left to prove.

Statuses and not one body of several shapes: who only knows of tokens stops at a status it does not know,
instead of at a member that is missing.
"""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from app.api.dependencies.session_transport import SessionTransport
from app.api.problems import problem_response
from app.core.exceptions import UnauthenticatedError
from app.schemas.auth import SecondFactorResponse, TokenResponse
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SecondFactorChallenge

COOKIE_RESPONSES: dict[int | str, dict[str, Any]] = {
    204: {"description": "The tokens came as cookies, as `X-Session-Transport: cookie` asked for."}
}
"""For `responses=` of each route that answers with tokens."""
SIGN_IN_RESPONSES: dict[int | str, dict[str, Any]] = {
    **COOKIE_RESPONSES,
    202: {"model": SecondFactorResponse, "description": "The account demands a second factor."},
}
"""For `responses=` of each route that signs somebody in; its `response_model` is `TokenResponse`."""


def sign_in_answer(
    outcome: SessionTokens | SecondFactorChallenge, transport: SessionTransport
) -> TokenResponse | Response:
    """The answer to whoever has proved a factor."""
    if isinstance(outcome, SessionTokens):
        return transport.answer(outcome)
    body = SecondFactorResponse.model_validate(outcome)
    return Response(body.model_dump_json(), HTTPStatus.ACCEPTED, media_type="application/json")


def second_factor_answer(
    request: Request, outcome: SessionTokens | UnauthenticatedError, transport: SessionTransport
) -> TokenResponse | Response:
    """The answer to whoever has tried a second factor; a refusal is not raised, so that its try counts."""
    if isinstance(outcome, UnauthenticatedError):
        return problem_response(request, outcome)
    return sign_in_answer(outcome, transport)
