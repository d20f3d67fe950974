"""Plans: what organizations subscribe to."""

from uuid import UUID

from pydantic import MISSING

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.preconditions import UNCONDITIONAL, Precondition
from app.models import Plan, PlanLimit
from app.repositories.base_repository import EntityPage
from app.repositories.plan_repository import PlanRepository
from app.schemas.page import PageParams
from app.schemas.plan import PlanCreate, PlanLimitCreate, PlanUpdate
from app.services.audit_service import AuditService, names_of


class PlanService:
    """Lists plans, and lets operators make and change them."""

    def __init__(self, plans: PlanRepository, audit: AuditService, clock: Clock) -> None:
        self._plans = plans
        self._audit = audit
        self._clock = clock

    async def list(self, params: PageParams) -> EntityPage[Plan]:
        """The plans, by name."""
        return await self._plans.page_with_limits(params)

    async def get(self, plan_id: UUID) -> Plan:
        """The plan and its limits.

        Raises:
            NotFoundError: there is none.
        """
        return await self._plans.get_with_limits(plan_id)

    async def create(self, draft: PlanCreate) -> Plan:
        """Offer a new plan.

        Raises:
            ConflictError: its name is taken.
        """
        limits = [new_limit(limit) for limit in draft.limits]
        plan = await self._plans.save(Plan(name=draft.name, limits=limits))
        await self._audit.record(AuditAction.PLAN_CREATED, target=f"plan:{plan.id}")
        return plan

    async def update(
        self, plan_id: UUID, changes: PlanUpdate, *, precondition: Precondition = UNCONDITIONAL
    ) -> Plan:
        """Change a plan for all who are on it, from their very next call on; no bucket is reset.

        Raises:
            NotFoundError: there is no such plan.
            ConflictError: the new name is taken.
            PreconditionFailedError: it is no longer what the caller has seen.
        """
        plan = await self._plans.get_with_limits(plan_id)
        precondition.require(plan.version)
        if changes.name is not MISSING:
            plan.name = changes.name
        if changes.limits is not MISSING:
            plan.replace_limits([new_limit(limit) for limit in changes.limits], self._clock())
        await self._plans.save(plan)
        details = {"changed": names_of(changes)}
        await self._audit.record(AuditAction.PLAN_CHANGED, target=f"plan:{plan.id}", details=details)
        return plan


def new_limit(limit: PlanLimitCreate) -> PlanLimit:
    """The row for a limit as it was asked for."""
    return PlanLimit(
        name=limit.name,
        quota=limit.limit,
        period_seconds=limit.window,
        burst=limit.units_at_once,
        unit=limit.unit,
    )
