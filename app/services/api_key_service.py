"""API keys: issued, shown once, changed, rotated, revoked, deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import MISSING

from app.core.api_key_secrets import ApiKeySecrets, CapPeriod, IssuedKey
from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.exceptions import ConflictError, InsufficientScopeError, InvalidFieldError
from app.core.preconditions import UNCONDITIONAL, Precondition
from app.core.principal import Principal
from app.core.scopes import Scope
from app.core.security_notice import SecurityNotice
from app.models import ApiKey, ApiKeySecret, Plan
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.base_repository import EntityPage
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.schemas.api_key import ApiKeyCreate, ApiKeyQuery, ApiKeyRotation, ApiKeyUpdate
from app.services.audit_service import AuditService, Detail, names_of
from app.services.notice_service import NoticeService

NOTICES = {
    AuditAction.API_KEY_CREATED: SecurityNotice.API_KEY_CREATED,
    AuditAction.API_KEY_ROTATED: SecurityNotice.API_KEY_ROTATED,
    AuditAction.API_KEY_REVOKED: SecurityNotice.API_KEY_REVOKED,
    AuditAction.API_KEY_DELETED: SecurityNotice.API_KEY_DELETED,
}
"""What is told by mail; the rest stands in the audit trail alone."""


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What the operator allows."""

    keys_max: int
    """Keys per organization that are not revoked."""
    resource_scopes: frozenset[str]
    """Scopes of the API behind the gate, besides Faregate's own."""


@dataclass(frozen=True, slots=True)
class NewString:
    """A key whose string was just made: it is shown now and never again."""

    key: ApiKey
    api_key: str


class ApiKeyService:
    """Keeps the keys of organizations; nobody gives a key more than they hold themselves."""

    def __init__(
        self,
        keys: ApiKeyRepository,
        organizations: OrganizationRepository,
        plans: PlanRepository,
        *,
        secrets: ApiKeySecrets,
        rules: KeyRules,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._organizations = organizations
        self._plans = plans
        self._secrets = secrets
        self._rules = rules
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def list(self, query: ApiKeyQuery, caller: Principal) -> EntityPage[ApiKey]:
        """The keys of an organization, the caller's unless another is named.

        Raises:
            NotFoundError: that organization is not the caller's.
        """
        organization_id = caller.choose_organization(query.organization_id)
        return await self._keys.page_of_organization(organization_id, query)

    async def get(self, key_id: UUID, caller: Principal) -> ApiKey:
        """The key, if it is the caller's to see.

        Raises:
            NotFoundError: there is none, or it is not.
        """
        return await self._keys.get_within(key_id, caller.realm)

    async def create(self, draft: ApiKeyCreate, caller: Principal) -> NewString:
        """Issue a key of the caller's organization.

        Raises:
            InsufficientScopeError: it would have scopes, or a plan, that the caller may not give.
            InvalidFieldError: an unknown scope or plan, or an expiry that has passed.
            ConflictError: the organization has as many keys as it may.
        """
        self._require_known(draft.scopes)
        require_held(draft.scopes, caller)
        if draft.expires_at is not None and draft.expires_at <= self._clock():
            raise InvalidFieldError("/expires_at", "Must be in the future.", code="not_in_future")
        plan = None if draft.plan is None else await self._choose_plan(draft.plan, caller)
        await self._require_room(caller.organization_id)
        issued = self._secrets.issue(draft.environment)
        key = ApiKey(
            organization_id=caller.organization_id,
            created_by=caller.user_id,
            environment=draft.environment,
            name=draft.name,
            description=draft.description,
            scopes=sorted(set(draft.scopes)),
            plan=plan,
            credit_cap=draft.credit_cap,
            credit_cap_period=draft.credit_cap_period,
            limits=[limit.as_agreed() for limit in draft.limits],
            allowed_cidrs=draft.allowed_cidrs,
            attributes=draft.metadata,
            enabled=draft.enabled,
            expires_at=draft.expires_at,
        )
        new = NewString(await self._keys.issue(key, secret_row(issued)), issued.api_key)
        await self._tell(AuditAction.API_KEY_CREATED, key, environment=key.environment)
        return new

    async def update(
        self,
        key_id: UUID,
        changes: ApiKeyUpdate,
        *,
        caller: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> ApiKey:
        """Change a key; it spends nothing and stays within what the caller holds.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
            InsufficientScopeError: it would have scopes, or a plan, that the caller may not give.
            InvalidFieldError: an unknown scope or plan, or a cap below what is spent.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        key = await self._keys.lock_within(key_id, caller.realm)
        precondition.require(key.version)
        values = changes.model_dump()
        if "scopes" in values:
            self._require_known(values["scopes"])
            key.scopes = sorted(set(values.pop("scopes")))
        require_held(key.scopes, caller)
        if "plan" in values:
            key.plan = await self._choose_plan(values.pop("plan"), caller)
        if not {"credit_cap", "credit_cap_period"}.isdisjoint(values):
            cap = values.pop("credit_cap", key.credit_cap)
            set_cap(key, cap, values.pop("credit_cap_period", key.credit_cap_period), self._clock())
        if changes.limits is not MISSING:
            key.limits = [limit.as_agreed() for limit in changes.limits]
            values.pop("limits")
        if "metadata" in values:
            key.attributes = values.pop("metadata")
        key.change(**values)
        await self._keys.save(key)
        await self._tell(AuditAction.API_KEY_CHANGED, key, changed=names_of(changes))
        return key

    async def rotate(
        self,
        key_id: UUID,
        rotation: ApiKeyRotation,
        *,
        caller: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> NewString:
        """Give a key a new string; the old ones open it until the overlap ends, and no longer than before.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
            InsufficientScopeError: the key may do what the caller may not.
            ConflictError: it is revoked.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        key = await self._keys.lock_within(key_id, caller.realm)
        precondition.require(key.version)
        require_held(key.scopes, caller)
        if key.revoked_at is not None:
            raise ConflictError("A revoked key cannot be rotated. Create a new one.")
        now = self._clock()
        await self._keys.retire_secrets(key.id, now + timedelta(seconds=rotation.overlap_seconds))
        issued = self._secrets.issue(key.environment)
        # The string is another table's: without this the key's version, its ETag, would stay.
        key.updated_at = now
        new = NewString(await self._keys.issue(key, secret_row(issued)), issued.api_key)
        await self._tell(AuditAction.API_KEY_ROTATED, key, overlap_seconds=rotation.overlap_seconds)
        return new

    async def revoke(
        self, key_id: UUID, *, caller: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> ApiKey:
        """End a key for good, from the next request on; the first date stays.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        key = await self._keys.lock_within(key_id, caller.realm)
        precondition.require(key.version)
        key.revoke(self._clock())
        await self._keys.save(key)
        await self._tell(AuditAction.API_KEY_REVOKED, key)
        return key

    async def delete(
        self, key_id: UUID, *, caller: Principal, precondition: Precondition = UNCONDITIONAL
    ) -> None:
        """Forget a key: its string answers as if it had never been; its ledger entries stay.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        key = await self._keys.lock_within(key_id, caller.realm)
        precondition.require(key.version)
        await self._keys.delete(key)
        await self._tell(AuditAction.API_KEY_DELETED, key)

    async def _tell(self, action: AuditAction, key: ApiKey, **details: Detail) -> None:
        target = f"api_key:{key.id}"
        await self._audit.record(action, organization_id=key.organization_id, target=target, details=details)
        if action in NOTICES:
            # Whoever did it: the key acts in the name of who made it.
            await self._notices.tell(NOTICES[action], key.created_by, subject=key.name)

    async def _require_room(self, organization_id: UUID) -> None:
        # Without the lock two calls at once would both see the last free place.
        await self._organizations.lock(organization_id)
        if await self._keys.count_unrevoked(organization_id) >= self._rules.keys_max:
            message = f"An organization has at most {self._rules.keys_max} keys. Revoke or delete one first."
            raise ConflictError(message)

    def _require_known(self, scopes: Sequence[str]) -> None:
        known = self._rules.resource_scopes.union(Scope)
        for index, scope in enumerate(scopes):
            if scope not in known:
                pointer = f"/scopes/{index}"
                raise InvalidFieldError(pointer, "There is no such scope.", code="unknown_scope")

    async def _choose_plan(self, name: str | None, caller: Principal) -> Plan | None:
        require_held([Scope.ORGANIZATIONS_MANAGE], caller)
        if name is None:
            return None
        plan = await self._plans.find_by_name(name)
        if plan is None:
            raise InvalidFieldError("/plan", "There is no such plan.", code="unknown_plan")
        return plan


def require_held(scopes: Iterable[str], caller: Principal) -> None:
    """Go on only if the caller holds all these scopes.

    Whoever changes or rotates a key could otherwise use it for more than they may themselves.

    Raises:
        InsufficientScopeError: some are missing.
    """
    missing = sorted(scope for scope in scopes if not caller.has(scope))
    if missing:
        raise InsufficientScopeError(*missing)


def secret_row(issued: IssuedKey) -> ApiKeySecret:
    """What is stored of a new string."""
    return ApiKeySecret(lookup_id=issued.lookup_id, digest=issued.digest, pepper_id=issued.pepper_id)


def set_cap(key: ApiKey, cap: int | None, period: CapPeriod | None, now: datetime) -> None:
    """Bound what the key may spend in all or in each period, or unbind it.

    Raises:
        InvalidFieldError: it has spent more already.
    """
    if cap is None:
        key.uncap()
        return
    key.cap(cap, period, now)
    if cap < key.credits_spent:
        message = f"The key has spent {key.credits_spent} already."
        raise InvalidFieldError("/credit_cap", message, code="below_spent")
