"""What is read and written of a person."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, AfterValidator, ConfigDict, Field, StringConstraints

from app.core.email_addresses import EMAIL_LENGTH_MAX, canonical_email
from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import SingleLine, StorableStr
from app.schemas.page import PageParams

SEARCH_LENGTH_MAX = 100
FULL_NAME_LENGTH_MAX = 255
BAN_REASON_LENGTH_MAX = 200
USERNAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"


EmailAddress = Annotated[
    str,
    Field(max_length=EMAIL_LENGTH_MAX, json_schema_extra={"format": "email"}, examples=["owner@example.org"]),
    AfterValidator(canonical_email),
]
"""Read in any spelling, kept in the canonical one."""
Username = Annotated[
    str,
    StringConstraints(to_lower=True, min_length=3, max_length=30, pattern=USERNAME_PATTERN),
    Field(
        description="Letters, digits and _, from a letter on; kept in lower case.", examples=["weather_owner"]
    ),
]
FullName = Annotated[
    StorableStr,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=FULL_NAME_LENGTH_MAX),
    SingleLine,
    Field(examples=["Weather Owner"]),
]
Search = Annotated[
    StorableStr,
    Field(
        min_length=1,
        max_length=SEARCH_LENGTH_MAX,
        description="Only people whose e-mail address, username or full name contains this, in any case.",
        examples=["example.org"],
    ),
]


class UserSort(StrEnum):
    """The orders a list can have; people who tie keep the order of their ids."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    EMAIL = "email"
    USERNAME = "username"
    FULL_NAME = "full_name"


class UserUpdate(RequestModel):
    """What people may change of themselves: members left out stay as they are, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"full_name": "Weather Owner"}]})

    username: Username | MISSING | None = MISSING
    full_name: FullName | MISSING | None = MISSING


class UserQuery(PageParams):
    """Which people to list."""

    search: Search | None = None
    is_active: Annotated[bool | None, Field(description="Only active people, or only disabled ones.")] = None
    sort: UserSort = UserSort.NEWEST


class UserBan(RequestModel):
    """Why somebody is kept out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Spam"}]})

    reason: Annotated[
        StorableStr,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=BAN_REASON_LENGTH_MAX),
        SingleLine,
        Field(description="For operators; the person is not told.", examples=["Spam"]),
    ]


class UserResponse(ResponseModel):
    """A person as they and operators see them."""

    id: UUID
    email: Annotated[str, Field(examples=["owner@example.org"])]
    username: Annotated[str | None, Field(examples=["weather_owner"])]
    full_name: Annotated[str | None, Field(examples=["Weather Owner"])]
    is_active: Annotated[bool, Field(description="False while an operator has disabled the account.")]
    is_operator: Annotated[bool, Field(description="Whether this person runs this Faregate.")]
    created_at: datetime
    updated_at: datetime


class UserStandingResponse(UserResponse):
    """A person as operators see them."""

    banned_at: Annotated[datetime | None, Field(description="Since when the person is banned.")]
    ban_reason: Annotated[str | None, Field(examples=["Spam"])]
