"""What development is seeded with and shown once."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class DevelopmentPeople:
    """How to sign in as the two people of the development database."""

    operator_email: str
    operator_password: str
    owner_email: str
    owner_password: str


@dataclass(frozen=True, slots=True)
class DevelopmentCredentials:
    """What is shown once; `people` only when they were made just now."""

    customer_key: str
    service_key: str
    people: DevelopmentPeople | None

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """Read back from JSON."""
        people = values["people"]
        return cls(**values | {"people": None if people is None else DevelopmentPeople(**people)})
