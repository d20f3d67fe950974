"""A key of another system, as an import names it."""

from typing import Annotated
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from app.core.api_key_secrets import KeyEnvironment
from app.schemas.api_key import CreditCap, KeyDescription, KeyName
from app.schemas.api_key_fields import AllowedCidrs, ScopeNames
from app.schemas.base import RequestModel
from app.schemas.fields import Instant
from app.schemas.metadata import Metadata


class ImportedKey(RequestModel):
    """One key: the SHA-256 of its whole string, and what it may do here."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    prefix: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,16}$")]
    """How the string begins, to tell keys apart; it is shown, so it must be no secret."""
    organization_id: UUID
    owner_email: EmailStr | None = None
    """Who stands behind the key, a member; left out: the organization's first owner."""
    name: KeyName
    description: KeyDescription | None = None
    environment: KeyEnvironment = "live"
    scopes: ScopeNames = ()
    credit_cap: CreditCap | None = None
    allowed_cidrs: AllowedCidrs | None = None
    metadata: Annotated[Metadata, Field(default_factory=dict)]
    expires_at: Instant | None = None
