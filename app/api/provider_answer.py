"""How coming back from a provider answers: as every sign-in, or 201 with the identity that is linked now."""

from http import HTTPStatus
from typing import Any

from fastapi import Response

from app.api.dependencies.provider_browser import delete_browser_cookie
from app.api.dependencies.session_transport import SessionTransport
from app.api.problems import problem_responses
from app.api.sign_in_answer import SIGN_IN_RESPONSES, sign_in_answer
from app.core.provider_identity import ProviderAnswer
from app.models import ExternalIdentity
from app.schemas.provider import ExternalIdentityResponse, ProviderCallback, ProviderReturn
from app.services.provider_sign_in_service import Outcome

PROVIDER_RESPONSES: dict[int | str, dict[str, Any]] = (
    SIGN_IN_RESPONSES
    | {201: {"model": ExternalIdentityResponse, "description": "The identity is linked."}}
    | problem_responses(400, 401, 403, 404, 409, 429)
)


def to_answer(told: ProviderReturn | ProviderCallback) -> ProviderAnswer:
    """What the browser has brought back."""
    return ProviderAnswer(state=told.state, code=told.code, issuer=told.iss, error=told.error)


def tell_outcome(outcome: Outcome, transport: SessionTransport) -> Response:
    """The answer to whoever has come back; the cookie has done its work."""
    response = outcome_response(outcome, transport)
    delete_browser_cookie(response)
    return response


def outcome_response(outcome: Outcome, transport: SessionTransport) -> Response:
    """The answer alone."""
    if isinstance(outcome, ExternalIdentity):
        linked = ExternalIdentityResponse.model_validate(outcome)
        return Response(linked.model_dump_json(), HTTPStatus.CREATED, media_type="application/json")
    answer = sign_in_answer(outcome, transport)
    if isinstance(answer, Response):
        return answer
    return Response(answer.model_dump_json(), media_type="application/json")
