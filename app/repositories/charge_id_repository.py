"""Charge ids: each stands for one charge, for ever."""

from uuid import UUID

from sqlalchemy import select

from app.models import ChargeId
from app.repositories.base_repository import BaseRepository


class ChargeIdRepository(BaseRepository[ChargeId]):
    """The charge ids that organizations have used."""

    model = ChargeId
    noun = "charge"

    async def find_used(self, organization_id: UUID, charge_id: str) -> ChargeId | None:
        """What a charge id stands for, or None if it was never charged."""
        query = select(ChargeId).where(
            ChargeId.organization_id == organization_id, ChargeId.charge_id == charge_id
        )
        return await self._session.scalar(query)
