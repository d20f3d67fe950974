"""Plans and their limits."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.models import Plan
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.page import PageParams


class PlanRepository(BaseRepository[Plan]):
    """Reads plans together with their limits."""

    model = Plan
    noun = "plan"

    async def get_with_limits(self, plan_id: UUID) -> Plan:
        """The plan and its limits.

        Raises:
            NotFoundError: there is none.
        """
        query = self._with_limits().where(Plan.id == plan_id)
        return self._required(await self._session.scalar(query))

    async def find_by_name(self, name: str) -> Plan | None:
        """The plan of this name, or None."""
        return await self._session.scalar(select(Plan).where(Plan.name == name))

    async def page_with_limits(self, params: PageParams) -> EntityPage[Plan]:
        """Plans and their limits, by name."""
        return await self.page(self._with_limits().order_by(Plan.name, Plan.id), params)

    def _with_limits(self) -> Select[Plan]:
        return select(Plan).options(selectinload(Plan.limits))
