"""Holds: found by who pays, and when they end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.models import CreditHold, HoldState
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams


class CreditHoldRepository(BaseRepository[CreditHold]):
    """The reservations of organizations; one ends only under the lock of their account."""

    model = CreditHold
    noun = "hold"

    async def find_expired(self, organization_id: UUID, now: datetime) -> Sequence[CreditHold]:
        """The open holds whose time is over, the earliest first."""
        query = (
            select(CreditHold)
            .where(
                CreditHold.organization_id == organization_id,
                CreditHold.state == HoldState.OPEN,
                CreditHold.expires_at <= now,
            )
            .order_by(CreditHold.expires_at, CreditHold.id)
        )
        return (await self._session.scalars(query)).all()

    async def get_visible(self, hold_id: UUID, realm: UUID | None) -> CreditHold:
        """The hold, if `realm` pays for it or has made it; None for a realm sees all.

        Raises:
            NotFoundError: there is none, or it is neither.
        """
        query = select(CreditHold).where(CreditHold.id == hold_id)
        if realm is not None:
            query = query.where((CreditHold.organization_id == realm) | (CreditHold.holder_id == realm))
        return self._required(await self._session.scalar(query))

    async def refresh(self, hold: CreditHold) -> None:
        """Read it again, now that its account is locked."""
        await self._session.refresh(hold)

    async def page_of(self, organization_id: UUID, params: PageParams) -> EntityPage[CreditHold]:
        """The holds that an organization pays for, newest first."""
        query = select(CreditHold).where(CreditHold.organization_id == organization_id)
        return await self.page(query.order_by(CreditHold.id.desc()), params)
