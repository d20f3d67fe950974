"""Grants: those that a settlement touches, and where burned credits came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.core.grant_source import GrantSource
from app.models import CreditGrant, CreditHold, GrantBurn, HoldState
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams

AS_STORED = {"populate_existing": True}
"""What was read before the account was locked may have changed until then."""
BURN_ORDER = (
    CreditGrant.priority,
    CreditGrant.expires_at.asc().nulls_last(),
    CreditGrant.source != GrantSource.PROMO,
    CreditGrant.effective_at,
    CreditGrant.created_at,
    CreditGrant.id,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Some credits that were burned one after another, and the grant they came from."""

    grant: CreditGrant
    credits: int


class CreditGrantRepository(BaseRepository[CreditGrant]):
    """The grants of organizations, read and written under the lock of their account."""

    model = CreditGrant
    noun = "grant"

    async def find_burning(self, organization_id: UUID, burned: int) -> Sequence[CreditGrant]:
        """The grants that so many credits are burned from, in their order."""
        if not burned:
            return []
        before = func.sum(CreditGrant.remaining).over(order_by=BURN_ORDER) - CreditGrant.remaining
        open_grants = (
            select(CreditGrant, before.label("before"))
            .where(
                CreditGrant.organization_id == organization_id,
                CreditGrant.remaining > 0,
                CreditGrant.entered_at.is_not(None),
            )
            .subquery()
        )
        grant = aliased(CreditGrant, open_grants)
        query = select(grant).where(open_grants.c.before < burned).order_by(open_grants.c.before)
        return (await self._session.scalars(query, execution_options=AS_STORED)).all()

    async def find_changing(self, organization_id: UUID, now: datetime) -> Sequence[CreditGrant]:
        """The grants that have begun or expired since the last settlement."""
        query = select(CreditGrant).where(
            CreditGrant.organization_id == organization_id,
            CreditGrant.remaining > 0,
            or_(
                CreditGrant.expires_at <= now,
                and_(CreditGrant.entered_at.is_(None), CreditGrant.effective_at <= now),
            ),
        )
        return (await self._session.scalars(query, execution_options=AS_STORED)).all()

    async def find_next_change(self, organization_id: UUID) -> datetime | None:
        """When a grant begins or expires next, or a hold expires."""
        open_grants = (CreditGrant.organization_id == organization_id, CreditGrant.remaining > 0)
        begins = select(func.min(CreditGrant.effective_at)).where(
            *open_grants, CreditGrant.entered_at.is_(None)
        )
        expires = select(func.min(CreditGrant.expires_at)).where(
            *open_grants, CreditGrant.entered_at.is_not(None)
        )
        ends = select(func.min(CreditHold.expires_at)).where(
            CreditHold.organization_id == organization_id, CreditHold.state == HoldState.OPEN
        )
        # LEAST passes over what is NULL.
        return await self._session.scalar(
            select(func.least(begins.scalar_subquery(), expires.scalar_subquery(), ends.scalar_subquery()))
        )

    async def sum_scheduled(self, organization_id: UUID) -> int:
        """The credits that have yet to enter the balance."""
        query = select(func.sum(CreditGrant.remaining)).where(
            CreditGrant.organization_id == organization_id,
            CreditGrant.remaining > 0,
            CreditGrant.entered_at.is_(None),
        )
        return int(await self._session.scalar(query) or 0)

    async def find_origins(self, organization_id: UUID, start: int, end: int) -> list[Origin]:
        """Where the credits after position `start`, up to `end`, came from, in the order of burning."""
        query = (
            select(GrantBurn, CreditGrant)
            .join(CreditGrant, CreditGrant.id == GrantBurn.grant_id)
            .where(
                GrantBurn.organization_id == organization_id,
                GrantBurn.to_position > start,
                GrantBurn.from_position < end,
            )
            .order_by(GrantBurn.to_position)
        )
        return [
            Origin(grant, min(end, burn.to_position) - max(start, burn.from_position))
            for burn, grant in (await self._session.execute(query, execution_options=AS_STORED)).all()
        ]

    async def add_burns(self, burns: Sequence[GrantBurn]) -> None:
        """Write down where burned credits came from."""
        self._session.add_all(burns)
        await self._flush()

    async def page_of(self, organization_id: UUID, params: PageParams) -> EntityPage[CreditGrant]:
        """The organization's grants, newest first."""
        query = select(CreditGrant).where(CreditGrant.organization_id == organization_id)
        return await self.page(query.order_by(CreditGrant.id.desc()), params)
