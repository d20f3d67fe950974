"""What is exchanged when an operator looks at what somebody sees."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import SingleLine, StorableStr

IMPERSONATION_SECONDS_MAX = 3600
REASON_LENGTH_MAX = 200


class ImpersonationCreate(RequestModel):
    """Why, and for how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Ticket 4711"}]})

    reason: Annotated[
        StorableStr,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_LENGTH_MAX),
        SingleLine,
        Field(description="The person reads it in their audit trail.", examples=["Ticket 4711"]),
    ]
    duration_seconds: Annotated[
        int, Field(strict=True, ge=60, le=IMPERSONATION_SECONDS_MAX, description="Until the session ends.")
    ] = 900


class ImpersonationResponse(ResponseModel):
    """An access token that names the operator in `act`; there is no refresh token."""

    access_token: Annotated[
        str, Field(description="Send it as `Authorization: Bearer ...`.", examples=["eyJhbGciOi..."])
    ]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of a scheme (RFC 6750)
    expires_in: Annotated[int, Field(description="Seconds until the session ends.", examples=[900])]
    session_id: UUID
