"""A person as read together with their session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """What a signed-in person may see of themselves, with the names of the `User` model."""

    id: UUID
    email: str
    username: str | None
    full_name: str | None
    is_active: bool
    is_operator: bool
    created_at: datetime
    updated_at: datetime
    version: int
