"""Organizations: the customers that own keys and credits."""

from uuid import UUID

from pydantic import MISSING

from app.core.audit import AuditAction
from app.core.exceptions import ConflictError, InvalidFieldError
from app.core.preconditions import UNCONDITIONAL, Precondition
from app.core.principal import Principal
from app.models import Organization, Plan, User
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.schemas.organization import OrganizationSubscription, OrganizationUpdate
from app.services.audit_service import AuditService, Detail, names_of

FIRST_PLAN = "free"
NAME_LENGTH_MAX = 100


class OrganizationService:
    """Founds organizations, shows them to their members, and lets operators rule them."""

    def __init__(
        self, organizations: OrganizationRepository, plans: PlanRepository, audit: AuditService
    ) -> None:
        self._organizations = organizations
        self._plans = plans
        self._audit = audit

    async def create(self, name: str, *, plan_name: str, owner_id: UUID) -> Organization:
        """Found an organization with its owner and an empty credit account.

        Raises:
            InvalidFieldError: there is no such plan.
            ConflictError: there is no such owner.
        """
        plan = await self._plan_named(plan_name)
        return await self._organizations.found(Organization(name=name, plan=plan), owner_id)

    async def create_personal(self, owner: User, name: str | None = None) -> Organization:
        """Found the organization of a person's own, on the first plan; nobody is ever without a place.

        Raises:
            ConflictError: there is no such owner.
        """
        chosen = name or owner.email.partition("@")[0][:NAME_LENGTH_MAX]
        return await self.create(chosen, plan_name=FIRST_PLAN, owner_id=owner.id)

    async def get(self, organization_id: UUID, caller: Principal) -> Organization:
        """The organization, if the caller may know of it.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
        """
        return await self._organizations.get_within(organization_id, caller.realm)

    async def update(
        self,
        organization_id: UUID,
        changes: OrganizationUpdate,
        *,
        caller: Principal,
        precondition: Precondition = UNCONDITIONAL,
    ) -> Organization:
        """Change what an organization says of itself.

        Raises:
            NotFoundError: there is none, or it is not the caller's.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        organization = await self.get(organization_id, caller)
        precondition.require(organization.version)
        organization.change(**changes.model_dump())
        await self._organizations.save(organization)
        await self._tell(AuditAction.ORGANIZATION_CHANGED, organization, changed=names_of(changes))
        return organization

    async def subscribe(
        self,
        organization_id: UUID,
        subscription: OrganizationSubscription,
        *,
        caller: Principal,
        precondition: Precondition,
    ) -> Organization:
        """Put an organization on a plan, and agree on limits with it, from its very next call on.

        No bucket is reset.

        Raises:
            NotFoundError: there is no such organization.
            InvalidFieldError: there is no such plan.
            PreconditionFailedError: the organization is no longer what the caller has seen.
        """
        organization = await self.get(organization_id, caller)
        precondition.require(organization.version)
        organization.plan = await self._plan_named(subscription.plan)
        if subscription.limits is not MISSING:
            organization.limits = [limit.as_agreed() for limit in subscription.limits]
        await self._organizations.save(organization)
        await self._tell(AuditAction.ORGANIZATION_PLAN_CHANGED, organization, plan=subscription.plan)
        return organization

    async def suspend(self, organization_id: UUID, caller: Principal) -> Organization:
        """Stop every credential of an organization, from the next request on.

        Raises:
            NotFoundError: there is no such organization.
            ConflictError: it is the caller's own, whom nobody could let in again.
        """
        if organization_id == caller.organization_id:
            raise ConflictError("This is your own organization: you would lock yourself out.")
        organization = await self.get(organization_id, caller)
        organization.suspend()
        await self._organizations.save(organization)
        await self._tell(AuditAction.ORGANIZATION_SUSPENDED, organization)
        return organization

    async def resume(self, organization_id: UUID, caller: Principal) -> Organization:
        """Let an organization's credentials work again.

        Raises:
            NotFoundError: there is no such organization.
        """
        organization = await self.get(organization_id, caller)
        organization.resume()
        await self._organizations.save(organization)
        await self._tell(AuditAction.ORGANIZATION_RESUMED, organization)
        return organization

    async def _tell(self, action: AuditAction, organization: Organization, **details: Detail) -> None:
        target = f"organization:{organization.id}"
        await self._audit.record(action, organization_id=organization.id, target=target, details=details)

    async def _plan_named(self, name: str) -> Plan:
        plan = await self._plans.find_by_name(name)
        if plan is None:
            raise InvalidFieldError("/plan", "There is no such plan.", code="unknown_plan")
        return plan
