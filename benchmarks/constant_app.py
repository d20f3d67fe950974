"""What FastAPI can do at best: the same routes and the same models, answering a constant.

No authentication, no database, no middleware. Telemetry is off, as it is in Faregate itself.
"""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import FastAPI, Response

from app.core.scopes import MEMBER_SCOPES
from app.schemas.user import UserResponse
from app.schemas.verification import (
    CreditsResponse,
    LimitResponse,
    PrincipalResponse,
    VerifyRequest,
    VerifyResponse,
)

SOMEBODY = UUID("019bc3a0-0000-7000-8000-00000000abcd")
SOME_INSTANT = datetime(2026, 1, 17, 9, 30, 15, 123456, UTC)
VERDICT = VerifyResponse(
    valid=True,
    code="VALID",
    principal=PrincipalResponse(
        subject=f"key:{SOMEBODY}",
        type="api_key",
        organization_id=SOMEBODY,
        user_id=SOMEBODY,
        key_id=SOMEBODY,
        scopes=sorted(MEMBER_SCOPES),
        metadata={},
    ),
    credits=CreditsResponse(charged=1, remaining=999_999_999),
    limits=[
        LimitResponse(
            name="minute", limit=1_000_000, remaining=999_999, reset_after_seconds=1, exceeded=False
        )
    ],
    headers={"RateLimit-Policy": '"minute";q=1000000;w=60', "RateLimit": '"minute";r=999999;t=1'},
    charge_id=None,
)
PROFILE = UserResponse(
    id=SOMEBODY,
    email="customer-1@example.org",
    username=None,
    full_name="Customer 1",
    is_active=True,
    is_operator=False,
    created_at=SOME_INSTANT,
    updated_at=SOME_INSTANT,
)

app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})


@app.post("/api/v1/verify")
async def verify(question: VerifyRequest) -> VerifyResponse:  # noqa: ARG001 -- read and validated, as it must be
    """Always the same verdict."""
    return VERDICT


@app.get("/api/v1/forward-auth")
async def forward_auth() -> Response:
    """Always an empty 200."""
    return Response()


@app.get("/api/v1/users/me")
async def read_own_profile() -> UserResponse:
    """Always the same person."""
    return PROFILE
