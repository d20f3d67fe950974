"""Credit events: appended to and read, never changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.models import CreditEvent
from app.repositories.base_repository import BaseRepository
from app.repositories.entity_stretch import EntityStretch
from app.schemas.page import CursorParams


class CreditEventRepository(BaseRepository[CreditEvent]):
    """The thresholds that organizations' credits have fallen to."""

    model = CreditEvent
    noun = "credit event"

    async def append(self, events: Sequence[CreditEvent]) -> None:
        """Write events, together with what they tell of."""
        if events:
            self._session.add_all(events)
            await self._flush()

    async def read_newest_first(
        self, organization_id: UUID, params: CursorParams
    ) -> EntityStretch[CreditEvent]:
        """The organization's events before the cursor."""
        query = select(CreditEvent).where(CreditEvent.organization_id == organization_id)
        if params.cursor is not None:
            query = query.where(CreditEvent.sequence < params.cursor)
        query = query.order_by(CreditEvent.sequence.desc()).limit(params.size + 1)
        found = (await self._session.scalars(query)).all()
        return EntityStretch.of(found, size=params.size, place=lambda event: event.sequence)
