"""Verify: one call decides who is calling, whether they may, how fast, and what it costs."""

from fastapi import APIRouter

from app.api.access import asker
from app.api.dependencies.asker import AskerDep
from app.api.dependencies.verification_service import VerificationServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.scopes import Scope
from app.schemas.verification import (
    VerifyBatchRequest,
    VerifyBatchResponse,
    VerifyRequest,
    VerifyResponse,
)

router = APIRouter(prefix="/api/v1/verify", tags=["Gate"], route_class=StrictRoute)

asks = asker(Scope.GATE_VERIFY)


@router.post(
    "", summary="Verify a key", responses=problem_responses(401, 403, 422, 429, 503), dependencies=[asks]
)
async def verify(
    question: VerifyRequest, asker: AskerDep, verification: VerificationServiceDep
) -> VerifyResponse:
    """Decide about a key that was sent to your API, and charge for the call, in one commit.

    Every verdict on a well-formed question is a 200: look at `valid` and `code`. The caller is a key with the
    scope `gate:verify`. Copy `headers` onto your own response.
    """
    (verdict,) = await verification.verify(asker, [question], pointer="")
    return verdict


@router.post(
    "/batch",
    summary="Verify many keys",
    responses=problem_responses(401, 403, 422, 429, 503),
    dependencies=[asks],
)
async def verify_batch(
    batch: VerifyBatchRequest, asker: AskerDep, verification: VerificationServiceDep
) -> VerifyBatchResponse:
    """Decide up to 500 questions in order, each on its own; a malformed one refuses them all."""
    verdicts = await verification.verify(asker, batch.items, pointer="/items/{}")
    return VerifyBatchResponse.model_construct(items=verdicts)
