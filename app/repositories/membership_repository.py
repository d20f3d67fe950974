"""Who belongs where."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from app.core.roles import Role
from app.models import Membership, Organization, Plan, User
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams

WITH_ORGANIZATION = joinedload(Membership.organization).joinedload(Organization.plan)


class MembershipRepository(BaseRepository[Membership]):
    """Asks the `memberships` table, whose rows are known by organization and user together."""

    model = Membership
    noun = "member"

    async def page_of_organization(self, organization_id: UUID, params: PageParams) -> EntityPage[Membership]:
        """A page of an organization's members, those first who joined first."""
        query = self._with_user().where(Membership.organization_id == organization_id)
        return await self.page(query.order_by(Membership.created_at, Membership.user_id), params)

    async def page_of_user(self, user_id: UUID, params: PageParams) -> EntityPage[Membership]:
        """A page of the places that a user has, the oldest first, with organization and plan."""
        query = select(Membership).options(WITH_ORGANIZATION).where(Membership.user_id == user_id)
        return await self.page(query.order_by(Membership.created_at, Membership.organization_id), params)

    async def find_role(self, organization_id: UUID, user_id: UUID) -> Role | None:
        """What a user may do in an organization; None for who is no member."""
        query = select(Membership.role).where(*place(organization_id, user_id))
        role = await self._session.scalar(query)
        return None if role is None else Role(role)

    async def find_of(self, organization_id: UUID, user_id: UUID) -> Membership | None:
        """A member of an organization, with the person."""
        return await self._session.scalar(self._with_user().where(*place(organization_id, user_id)))

    async def find_key_owner(self, organization_id: UUID, email: str | None) -> UUID | None:
        """The member of that address, or else the first owner; None if there is none."""
        query = select(Membership.user_id).where(Membership.organization_id == organization_id)
        if email is None:
            query = query.where(Membership.role == Role.OWNER)
        else:
            query = query.join(User, User.id == Membership.user_id).where(User.email == email)
        return await self._session.scalar(query.order_by(Membership.created_at).limit(1))

    async def get_of(self, organization_id: UUID, user_id: UUID) -> Membership:
        """A member of an organization, with the person.

        Raises:
            NotFoundError: there is none.
        """
        return self._required(await self.find_of(organization_id, user_id))

    async def get_with_organization(self, organization_id: UUID, user_id: UUID) -> Membership:
        """A user's place, with organization and plan.

        Raises:
            NotFoundError: there is none.
        """
        query = select(Membership).options(WITH_ORGANIZATION).where(*place(organization_id, user_id))
        # The place may just have been made, without what is asked for here.
        query = query.execution_options(populate_existing=True)
        return self._required(await self._session.scalar(query))

    async def name_of_organization(self, organization_id: UUID) -> str:
        """What an organization calls itself."""
        query = select(Organization.name).where(Organization.id == organization_id)
        return (await self._session.execute(query)).scalar_one()

    async def has_owner_besides(self, organization_id: UUID, user_id: UUID) -> bool:
        """Whether somebody else owns the organization and can sign in."""
        query = (
            select(Membership.user_id)
            .join(Membership.user)
            .where(Membership.organization_id == organization_id, Membership.role == Role.OWNER)
            .where(Membership.user_id != user_id, User.is_active)
            .limit(1)
        )
        return await self._session.scalar(query) is not None

    async def count_owned(self, user_id: UUID) -> int:
        """How many organizations a user owns."""
        query = select(func.count()).where(Membership.user_id == user_id, Membership.role == Role.OWNER)
        return (await self._session.execute(query)).scalar_one()

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

    async def is_open_to(self, organization_id: UUID, user_id: UUID) -> bool:
        """Whether the user belongs to the organization, and it is not suspended."""
        query = (
            select(Membership.user_id)
            .join(Organization, Organization.id == Membership.organization_id)
            .where(*place(organization_id, user_id), Organization.is_active)
        )
        return await self._session.scalar(query) is not None

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
        """An organization that has other members, and no other owner who can sign in than this user."""
        other = aliased(Membership)
        others = exists().where(other.organization_id == Membership.organization_id, other.user_id != user_id)
        owners = others.where(other.role == Role.OWNER, other.user_id == User.id, User.is_active)
        query = select(Membership.organization_id).where(Membership.user_id == user_id, others, ~owners)
        return await self._session.scalar(query.limit(1))

    async def list_alone_in(self, user_id: UUID) -> Sequence[UUID]:
        """The organizations in which this user is the only member."""
        other = aliased(Membership)
        others = exists().where(other.organization_id == Membership.organization_id, other.user_id != user_id)
        query = select(Membership.organization_id).where(Membership.user_id == user_id, ~others)
        return (await self._session.scalars(query)).all()

    async def join(self, user_id: UUID, *, organization_id: UUID, role: Role) -> None:
        """Make a user a member.

        Raises:
            ConflictError: the user is one already.
        """
        await self.save(Membership(organization_id=organization_id, user_id=user_id, role=role))

    def _with_user(self) -> Select[Membership]:
        return select(Membership).options(joinedload(Membership.user))


def place(organization_id: UUID, user_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """One user in one organization."""
    return Membership.organization_id == organization_id, Membership.user_id == user_id
