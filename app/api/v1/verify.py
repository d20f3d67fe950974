"""Verify: one call decides who is calling, whether they may, how fast, and what it costs."""

from fastapi import APIRouter, Request

from app.api.dependencies.credential import PresentedDep
from app.api.dependencies.verification_service import VerificationServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.schemas.verification import (
    VerifyBatchRequest,
    VerifyBatchResponse,
    VerifyRequest,
    VerifyResponse,
)

router = APIRouter(prefix="/api/v1/verify", tags=["Gate"], route_class=StrictRoute)


@router.post("", summary="Verify a key", responses=problem_responses(401, 403, 422, 429, 503))
async def verify(
    question: VerifyRequest, caller: PresentedDep, verification: VerificationServiceDep, request: Request
) -> VerifyResponse:
    """Decide about a key that was sent to your API, and charge for the call, in one commit.

    Every verdict on a well-formed question is a 200: look at `valid` and `code`. The caller is a key with the
    scope `gate:verify`. Copy `headers` onto your own response.
    """
    request_id = request.scope["state"]["request_id"]
    (verdict,) = await verification.verify(caller, [question], request_id=request_id, pointer="")
    return verdict


@router.post("/batch", summary="Verify many keys", responses=problem_responses(401, 403, 422, 429, 503))
async def verify_batch(
    batch: VerifyBatchRequest, caller: PresentedDep, verification: VerificationServiceDep, request: Request
) -> VerifyBatchResponse:
    """Decide up to 500 questions in order, each on its own; a malformed one refuses them all."""
    request_id = request.scope["state"]["request_id"]
    verdicts = await verification.verify(caller, batch.items, request_id=request_id, pointer="/items/{}")
    return VerifyBatchResponse.model_construct(items=verdicts)
