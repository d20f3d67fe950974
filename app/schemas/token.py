"""What is asked and told about tokens by those who hold them (RFC 7009, RFC 7662)."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.schemas.base import ResponseModel

TOKEN_LENGTH_MAX = 4096
HINT_LENGTH_MAX = 64


class TokenForm(BaseModel):
    """A token in a form. The hint is read and needed by nobody: a token's form says what it is."""

    model_config = ConfigDict(
        # What is not known is passed over, as RFC 6749, section 3.2, demands of every form of its family.
        extra="ignore",
        frozen=True,
        json_schema_extra={"examples": [{"token": "fgr_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"}]},
    )

    token: Annotated[SecretStr, Field(min_length=1, max_length=TOKEN_LENGTH_MAX)]
    token_type_hint: Annotated[str | None, Field(max_length=HINT_LENGTH_MAX, examples=["refresh_token"])] = (
        None
    )


class ActorResponse(ResponseModel):
    """Who acts in somebody's name (RFC 8693, section 4.1)."""

    sub: UUID


class IntrospectionResponse(ResponseModel):
    """What a token stands for now. Of a token that is not active, or not yours to know, nothing is told."""

    active: Annotated[bool, Field(examples=[True])]
    token_type: Annotated[str | None, Field(examples=["Bearer"])] = None
    scope: Annotated[
        str | None, Field(description="Separated by spaces.", examples=["blog_posts:read profile:read"])
    ] = None
    sub: Annotated[UUID | None, Field(description="The person, or the maker of the key.")] = None
    client_id: Annotated[
        str | None,
        Field(description="As in verdicts.", examples=["key:01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"]),
    ] = None
    organization_id: UUID | None = None
    sid: Annotated[UUID | None, Field(description="The session of an access token.")] = None
    act: Annotated[ActorResponse | None, Field(description="The operator who impersonates `sub`.")] = None
    auth_time: Annotated[
        int | None,
        Field(description="When `sub` last proved who they are (RFC 9470).", examples=[1795599000]),
    ] = None
    iss: Annotated[str | None, Field(examples=["faregate"])] = None
    aud: Annotated[str | None, Field(examples=["faregate"])] = None
    iat: Annotated[int | None, Field(examples=[1795600000])] = None
    exp: Annotated[int | None, Field(examples=[1795600600])] = None
    jti: UUID | None = None
