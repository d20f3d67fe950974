"""Who is calling: one value for every way to prove it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.exceptions import NotFoundError
from app.core.person import Person
from app.core.scopes import Scope


class PrincipalType(StrEnum):
    """How the caller proved who they are."""

    API_KEY = "api_key"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, as read from the database for this very request."""

    type: PrincipalType
    organization_id: UUID
    user_id: UUID
    """The user of a session; the creator of a key."""
    scopes: frozenset[str]
    key_id: UUID | None = None
    session_id: UUID | None = None
    is_operator: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    person: Person | None = None
    """The person of a session, read with it; None for a key."""
    authenticated_at: datetime | None = None
    """When the person of a session proved who they are; None for a key."""
    impersonator_id: UUID | None = None
    """The operator who acts for the user, and may look but not touch."""

    @property
    def subject(self) -> str:
        """A stable name for this principal: the key for a key, the user for a session."""
        return f"key:{self.key_id}" if self.type is PrincipalType.API_KEY else f"user:{self.user_id}"

    @property
    def payer(self) -> tuple[UUID | None, UUID | None]:
        """Who a charge belongs to: the key, or the person of a session."""
        return (self.key_id, None) if self.type is PrincipalType.API_KEY else (None, self.user_id)

    def has(self, scope: str) -> bool:
        """Whether this principal may do what `scope` names."""
        return scope in self.scopes

    def choose_organization(self, organization_id: UUID | None) -> UUID:
        """The organization asked for, the principal's own by default.

        Raises:
            NotFoundError: it is outside the principal's realm.
        """
        if organization_id is None:
            return self.organization_id
        if self.realm is not None and organization_id != self.realm:
            noun = "organization"
            raise NotFoundError(noun)
        return organization_id

    @property
    def realm(self) -> UUID | None:
        """The organization whose things this principal may touch; None: everyone's.

        Decided by the scope, not by `is_operator`: a narrow key of an operator stays in its organization.
        """
        return None if self.has(Scope.ORGANIZATIONS_MANAGE) else self.organization_id
