"""What is read and written of members, by their organization and by themselves."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, ConfigDict, Field

from app.core.roles import Role
from app.schemas.base import RequestModel, ResponseModel

AN_ID = "01979e1c-1f2b-7d3e-8a55-5d1f0c6b7a10"


class MemberUpdate(RequestModel):
    """What those who rule an organization may change of a member."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "developer"}]})

    role: Role


class OwnershipTransfer(RequestModel):
    """Who becomes an owner in the caller's place."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_id": AN_ID}]})

    user_id: UUID


class MemberResponse(ResponseModel):
    """A member as the others see them."""

    user_id: UUID
    email: Annotated[str, Field(examples=["developer@example.org"])]
    full_name: Annotated[str | None, Field(examples=["Dev Eloper"])]
    role: Role
    joined_at: Annotated[datetime, Field(validation_alias="created_at")]


class MembershipResponse(ResponseModel):
    """One of the caller's own places."""

    organization_id: UUID
    name: Annotated[str, Field(validation_alias=AliasPath("organization", "name"), examples=["Acme Weather"])]
    plan: Annotated[str, Field(validation_alias=AliasPath("organization", "plan_name"), examples=["free"])]
    is_active: Annotated[
        bool,
        Field(
            validation_alias=AliasPath("organization", "is_active"),
            description="False while an operator has suspended it.",
        ),
    ]
    role: Role
    joined_at: Annotated[datetime, Field(validation_alias="created_at")]
