"""Who belongs where."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.roles import Role
from app.models import Membership, Organization, Plan, User


class MembershipRepository:
    """Asks the `memberships` table, whose rows have no id of their own."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_home(self, user_id: UUID) -> UUID | None:
        """The active organization that an active user joined first: where a new session belongs."""
        query = (
            select(Organization.id)
            .join(Membership, Membership.organization_id == Organization.id)
            .join(User, User.id == Membership.user_id)
            .where(User.id == user_id, User.is_active, Organization.is_active)
            .order_by(Membership.created_at, Organization.id)
            .limit(1)
        )
        return await self._session.scalar(query)

    async def lock_operators_organization(self, plan_name: str) -> UUID | None:
        """The oldest organization of an operator on this plan; until the commit, others wait here."""
        # Nothing may exist yet that a row lock could hold: two first operators would found two.
        lock = func.pg_advisory_xact_lock(func.hashtextextended("memberships.operators", 0))
        await self._session.execute(select(lock))
        query = (
            select(Organization.id)
            .join(Plan, Plan.id == Organization.plan_id)
            .join(Membership, Membership.organization_id == Organization.id)
            .join(User, User.id == Membership.user_id)
            .where(Plan.name == plan_name, User.is_operator, Organization.is_active)
            .order_by(Organization.created_at, Organization.id)
            .limit(1)
        )
        return await self._session.scalar(query)

    async def join(self, user_id: UUID, *, organization_id: UUID, role: Role) -> None:
        """Make a user a member."""
        self._session.add(Membership(organization_id=organization_id, user_id=user_id, role=role))
        await self._session.flush()
