"""Offered places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from app.core.exceptions import NotFoundError
from app.core.roles import Role
from app.models import Invitation, Membership, Organization, User
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams

PAST_ENTITIES = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class OfferedPlace:
    """What an answered invitation offered: it is gone by now."""

    invitation_id: UUID
    organization_id: UUID
    email: str
    role: Role
    invited_by: UUID


class InvitationRepository(BaseRepository[Invitation]):
    """Asks the `invitations` table; what has expired is there for nobody."""

    model = Invitation
    noun = "invitation"

    async def page_open(
        self, organization_id: UUID, params: PageParams, *, now: datetime
    ) -> EntityPage[Invitation]:
        """A page of the invitations of an organization that may still be accepted, newest first."""
        query = select(Invitation).where(*is_open(organization_id, now))
        return await self.page(query.order_by(Invitation.created_at.desc(), Invitation.id.desc()), params)

    async def count_open(self, organization_id: UUID, *, now: datetime) -> int:
        """How many invitations of an organization wait for an answer."""
        query = select(func.count()).select_from(Invitation).where(*is_open(organization_id, now))
        return (await self._session.execute(query)).scalar_one()

    async def is_invited(self, organization_id: UUID, email: str, *, now: datetime) -> bool:
        """Whether an address has an invitation that may still be accepted."""
        query = select(Invitation.id).where(*is_open(organization_id, now), Invitation.email == email)
        return await self._session.scalar(query) is not None

    async def is_member(self, organization_id: UUID, email: str) -> bool:
        """Whether an address, given in its canonical form, is a member's already."""
        query = (
            select(Membership.user_id)
            .join(Membership.user)
            .where(Membership.organization_id == organization_id, User.email == email)
        )
        return await self._session.scalar(query) is not None

    async def forget_address(self, email: str) -> None:
        """Delete every invitation of an address, from whomever."""
        await self._delete(Invitation.email == email)

    async def forget(self, organization_id: UUID, email: str) -> None:
        """Delete the invitation of an address, if there is one."""
        await self._delete(Invitation.organization_id == organization_id, Invitation.email == email)

    async def revoke(self, invitation_id: UUID, organization_id: UUID, *, now: datetime) -> OfferedPlace:
        """Delete an invitation of an organization that may still be accepted.

        Raises:
            NotFoundError: there is none.
        """
        place = await self._take(*is_open(organization_id, now), Invitation.id == invitation_id)
        return self._present(place)

    async def find_organization(self, digest: bytes, *, now: datetime) -> UUID | None:
        """Where the invitation of a token leads to, if anywhere.

        None as well when its organization is suspended, or who has sent it is disabled.
        """
        query = (
            select(Invitation.organization_id)
            .join(Invitation.organization)
            .join(Invitation.inviter)
            .where(Invitation.digest == digest, Invitation.expires_at > now)
            .where(Organization.is_active, User.is_active)
        )
        return await self._session.scalar(query)

    async def take(self, digest: bytes, *, now: datetime) -> OfferedPlace | None:
        """Answer the invitation of a token: of many that do so at once, exactly one finds it."""
        return await self._take(Invitation.digest == digest, Invitation.expires_at > now)

    async def forget_those_of(self, organization_id: UUID, user_id: UUID, *, roles: Sequence[Role]) -> None:
        """Delete what a member has offered, as far as it is one of these roles."""
        await self._delete(
            Invitation.organization_id == organization_id,
            Invitation.invited_by == user_id,
            Invitation.role.in_(roles),
        )

    async def _take(self, *conditions: ColumnElement[bool]) -> OfferedPlace | None:
        columns = (
            Invitation.id,
            Invitation.organization_id,
            Invitation.email,
            Invitation.role,
            Invitation.invited_by,
        )
        statement = delete(Invitation).where(*conditions).returning(*columns)
        row = (await self._session.execute(statement, execution_options=PAST_ENTITIES)).one_or_none()
        if row is None:
            return None
        return OfferedPlace(row.id, row.organization_id, row.email, Role(row.role), row.invited_by)

    async def _delete(self, *conditions: ColumnElement[bool]) -> None:
        await self._session.execute(delete(Invitation).where(*conditions), execution_options=PAST_ENTITIES)

    def _present(self, place: OfferedPlace | None) -> OfferedPlace:
        if place is None:
            raise NotFoundError(self.noun)
        return place


def is_open(organization_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The invitations of an organization that may still be accepted."""
    return Invitation.organization_id == organization_id, Invitation.expires_at > now
