"""Taking over the keys of another system by their SHA-256."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.core.api_key_secrets import ApiKeySecrets
from app.core.audit import AuditAction
from app.core.email_addresses import canonical_email
from app.core.exceptions import InvalidFieldError
from app.core.foreign_keys import presented_by_digest
from app.core.scopes import MEMBER_SCOPES
from app.models import ApiKey, ApiKeySecret
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.membership_repository import MembershipRepository
from app.schemas.imported_key import ImportedKey
from app.services.audit_service import AuditService

STRETCH = 500
"""Keys between two reports of progress."""


@dataclass(slots=True)
class KeyImport:
    """How far an import is."""

    imported: Counter[UUID] = field(default_factory=Counter)
    """By organization."""
    present: int = 0
    """Imported before, and left as they are."""

    @property
    def seen(self) -> int:
        """Keys that are dealt with."""
        return self.present + self.imported.total()


class KeyImportService:
    """Imports keys, each once however often; the caller's transaction holds all of them or none."""

    def __init__(
        self,
        keys: ApiKeyRepository,
        memberships: MembershipRepository,
        *,
        secrets: ApiKeySecrets,
        resource_scopes: frozenset[str],
        audit: AuditService,
    ) -> None:
        self._keys = keys
        self._memberships = memberships
        self._secrets = secrets
        self._known_scopes = resource_scopes | MEMBER_SCOPES
        self._audit = audit
        self._owners: dict[tuple[UUID, str | None], UUID] = {}

    async def take_over(self, keys: Sequence[ImportedKey]) -> AsyncIterator[KeyImport]:
        """Import them in order, and tell of progress after each stretch and in the end.

        Raises:
            InvalidFieldError: an unknown scope, no such member, or a string that is another organization's
                or comes twice; the pointer begins with the key's place.
        """
        progress = KeyImport()
        seen: set[str] = set()
        for index, key in enumerate(keys):
            if key.sha256 in seen:
                pointer = f"/{index}/sha256"
                raise InvalidFieldError(pointer, "This key comes twice.", code="twice")
            seen.add(key.sha256)
            await self._take(index, key, progress)
            if progress.seen % STRETCH == 0:
                yield progress
        for organization_id, number in sorted(progress.imported.items()):
            await self._audit.record(
                AuditAction.API_KEYS_IMPORTED, organization_id=organization_id, details={"keys": number}
            )
        yield progress

    async def _take(self, index: int, key: ImportedKey, progress: KeyImport) -> None:
        self._require_known_scopes(index, key)
        presented = presented_by_digest(key.sha256)
        holder = await self._keys.find_organization_by_lookup_id(presented.lookup_id)
        if holder is None:
            owner_id = await self._owner_of(index, key)
            digest, pepper_id = self._secrets.seal(presented.secret)
            await self._keys.issue(
                new_key(key, owner_id),
                ApiKeySecret(
                    lookup_id=presented.lookup_id,
                    digest=digest,
                    pepper_id=pepper_id,
                    foreign_prefix=key.prefix,
                ),
            )
            progress.imported[key.organization_id] += 1
        elif holder == key.organization_id:
            progress.present += 1
        else:
            pointer = f"/{index}/sha256"
            raise InvalidFieldError(pointer, "Another organization has this key.", code="held_by_another")

    def _require_known_scopes(self, index: int, key: ImportedKey) -> None:
        for place, scope in enumerate(key.scopes):
            if scope not in self._known_scopes:
                pointer = f"/{index}/scopes/{place}"
                raise InvalidFieldError(pointer, "There is no such scope for members.", code="unknown_scope")

    async def _owner_of(self, index: int, key: ImportedKey) -> UUID:
        email = None if key.owner_email is None else canonical_email(key.owner_email)
        place = key.organization_id, email
        if place not in self._owners:
            owner_id = await self._memberships.find_key_owner(key.organization_id, email)
            if owner_id is None:
                pointer = f"/{index}/owner_email" if email else f"/{index}/organization_id"
                raise InvalidFieldError(pointer, "There is no such member.", code="no_member")
            self._owners[place] = owner_id
        return self._owners[place]


def new_key(key: ImportedKey, owner_id: UUID) -> ApiKey:
    """The row of an imported key."""
    return ApiKey(
        organization_id=key.organization_id,
        created_by=owner_id,
        environment=key.environment,
        name=key.name,
        description=key.description,
        scopes=sorted(set(key.scopes)),
        credit_cap=key.credit_cap,
        allowed_cidrs=key.allowed_cidrs,
        attributes=key.metadata,
        expires_at=key.expires_at,
    )
