"""Organizations."""

from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import joinedload

from app.core.exceptions import NotFoundError
from app.core.roles import Role
from app.models import ApiKey, BlogPost, CreditAccount, Invitation, Membership, Organization
from app.repositories.base_repository import BaseRepository

CLOSED_NAME = "Closed"


class OrganizationRepository(BaseRepository[Organization]):
    """Reads organizations together with their plan."""

    model = Organization
    noun = "organization"

    async def found(self, organization: Organization, owner_id: UUID) -> Organization:
        """Insert a new organization with what it is never without: an owner and a credit account."""
        await self.save(organization)
        membership = Membership(organization_id=organization.id, user_id=owner_id, role=Role.OWNER)
        self._session.add_all([membership, CreditAccount(organization_id=organization.id)])
        await self._flush()
        return organization

    async def get_within(self, organization_id: UUID, realm: UUID | None) -> Organization:
        """The organization and its plan, for a principal of `realm` (`Principal.realm`).

        Raises:
            NotFoundError: there is none, or it is outside the realm.
        """
        query = self._with_plan().where(Organization.id == organization_id)
        if realm is not None:
            query = query.where(Organization.id == realm)
        return self._required(await self._session.scalar(query))

    async def lock(self, organization_id: UUID) -> None:
        """Let only one transaction at a time go on from here for this organization.

        Rows that refer to the organization may still be inserted by others: the lock is `FOR NO KEY UPDATE`.

        Raises:
            NotFoundError: there is none.
        """
        query = select(Organization.id).where(Organization.id == organization_id)
        if await self._session.scalar(query.with_for_update(key_share=True)) is None:
            raise NotFoundError(self.noun)

    async def close(self, organization_id: UUID) -> None:
        """End an organization that nobody is in any more: only its account and ledger stay, nameless."""
        past_entities = {"synchronize_session": False}
        for model in (ApiKey, BlogPost, Invitation):
            deletion = delete(model).where(model.organization_id == organization_id)
            await self._session.execute(deletion, execution_options=past_entities)
        closing = update(Organization).where(Organization.id == organization_id)
        await self._session.execute(
            closing.values(name=CLOSED_NAME, is_active=False, version=Organization.version + 1),
            execution_options=past_entities,
        )

    def _with_plan(self) -> Select[Organization]:
        return select(Organization).options(joinedload(Organization.plan))
