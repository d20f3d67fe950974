"""Who belongs where."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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

    async def lock_organizations_of(self, user_id: UUID) -> None:
        """Keep the members of all of a user's organizations as they are until the commit."""
        mine = select(Membership.organization_id).where(Membership.user_id == user_id)
        query = select(Organization.id).where(Organization.id.in_(mine)).order_by(Organization.id)
        await self._session.execute(query.with_for_update(key_share=True))

    async def find_left_ownerless(self, user_id: UUID) -> UUID | None:
        """An organization that has other members, and no other owner than this user."""
        other = aliased(Membership)
        others = exists().where(other.organization_id == Membership.organization_id, other.user_id != user_id)
        query = select(Membership.organization_id).where(
            Membership.user_id == user_id, others, ~others.where(other.role == Role.OWNER)
        )
        return await self._session.scalar(query.limit(1))

    async def list_alone_in(self, user_id: UUID) -> Sequence[UUID]:
        """The organizations in which this user is the only member."""
        other = aliased(Membership)
        others = exists().where(other.organization_id == Membership.organization_id, other.user_id != user_id)
        query = select(Membership.organization_id).where(Membership.user_id == user_id, ~others)
        return (await self._session.scalars(query)).all()

    async def join(self, user_id: UUID, *, organization_id: UUID, role: Role) -> None:
        """Make a user a member."""
        self._session.add(Membership(organization_id=organization_id, user_id=user_id, role=role))
        await self._session.flush()
