"""What is read and written of an organization."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, ConfigDict, Field, StringConstraints

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import SingleLine, StorableStr
from app.schemas.plan import LimitResponse, PlanLimits, PlanName

OrganizationName = Annotated[
    StorableStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), SingleLine
]


class OrganizationCreate(RequestModel):
    """A new organization, which its founder owns."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Acme Weather"}]})

    name: OrganizationName


class OrganizationUpdate(RequestModel):
    """What members may change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Acme Weather"}]})

    name: OrganizationName | MISSING = MISSING


class OrganizationSubscription(RequestModel):
    """The plan an operator puts an organization on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plan": "pro"}]})

    plan: PlanName
    limits: Annotated[
        PlanLimits | MISSING,
        Field(
            description="Agreed with this customer: in the place of the plan's limits of the same name, or "
            "besides them. Left out, they stay."
        ),
    ] = MISSING


class OrganizationResponse(ResponseModel):
    """An organization as its members see it."""

    id: UUID
    name: Annotated[str, Field(examples=["Acme Weather"])]
    plan: Annotated[str, Field(validation_alias="plan_name", examples=["free"])]
    limits: Annotated[list[LimitResponse], Field(description="Its own, beside or instead of its plan's.")]
    is_active: Annotated[bool, Field(description="False while an operator has suspended it.")]
    created_at: datetime
    updated_at: datetime
