"""What is exchanged when people sign in through others."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.provider_settings import ProviderKind
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.one_time_token import MailedToken

STATE_EXAMPLE = "fgo_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"
VISIBLE = r"^[\x20-\x7E]+$"
"""All that codes, states and errors are made of (RFC 6749, appendix A)."""
State = Annotated[str, Field(pattern=VISIBLE, max_length=100, examples=[STATE_EXAMPLE])]
Code = Annotated[
    str | None,
    Field(pattern=VISIBLE, max_length=4096, examples=["SplxlOBeZQQYbYS6WxSbIA"]),
]
Issuer = Annotated[
    str | None,
    Field(
        pattern=VISIBLE,
        max_length=2048,
        description="The provider's own name for itself (RFC 9207).",
        examples=["https://login.example.org"],
    ),
]
ErrorCode = Annotated[
    str | None,
    Field(pattern=VISIBLE, max_length=100, description="Why it refused.", examples=["access_denied"]),
]


class ProviderResponse(ResponseModel):
    """A provider through which people can sign in."""

    name: Annotated[str, Field(examples=["google"])]
    title: Annotated[str, Field(description="What people call it.", examples=["Google"])]
    kind: ProviderKind


class ProviderListResponse(ResponseModel):
    """All of them."""

    providers: list[ProviderResponse]


class ProviderStart(RequestModel):
    """How an attempt to sign in through a provider is to end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    return_to: Annotated[
        str | None,
        Field(
            max_length=2000,
            description="A page of the settings that takes the answer on; without it the callback answers.",
        ),
    ] = None


class ProviderSignInStart(ProviderStart):
    """How a sign-in through a provider is to end, and what it may lead to."""

    invitation: Annotated[
        MailedToken | None,
        Field(
            description="Of an invitation by mail: whoever has no account yet signs up by it.",
            examples=["fgi_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"],
        ),
    ] = None


class ProviderStartResponse(ResponseModel):
    """Where to send the browser that has just been given the cookie."""

    authorization_url: Annotated[str, Field(examples=["https://login.example.org/authorize?..."])]
    expires_in: Annotated[int, Field(description="Seconds until the sign-in must be back.", examples=[600])]


class ProviderReturn(BaseModel):
    """What a provider puts into the query; what it adds of its own is ignored (RFC 6749, section 4.1.2)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: State
    code: Code = None
    iss: Issuer = None
    error: ErrorCode = None


class ProviderCallback(RequestModel):
    """The same, as a page sends it on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": STATE_EXAMPLE, "code": "SplxlOBeZQQYbYS6WxSbIA"}]}
    )

    state: State
    code: Code = None
    iss: Issuer = None
    error: ErrorCode = None


class ExternalIdentityResponse(ResponseModel):
    """A way to sign in: who you are to a provider."""

    id: UUID
    provider: Annotated[str, Field(examples=["google"])]
    issuer: Annotated[str, Field(examples=["https://accounts.google.com"])]
    email: Annotated[
        str | None,
        Field(description="What the provider last called your address.", examples=["a@example.org"]),
    ]
    created_at: datetime
    last_used_at: datetime | None


class ExternalIdentityListResponse(ResponseModel):
    """All of yours."""

    identities: list[ExternalIdentityResponse]
