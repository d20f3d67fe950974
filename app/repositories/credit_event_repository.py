"""Credit events: appended to and read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.models import CreditEvent
from app.repositories.base_repository import BaseRepository
from app.schemas.page import CursorParams, encode_cursor


@dataclass(frozen=True, slots=True)
class CreditEventStretch:
    """Some events, newest first, and where to read on; `CursorPage[X].model_validate` reads it."""

    items: Sequence[CreditEvent]
    next_cursor: str | None


class CreditEventRepository(BaseRepository[CreditEvent]):
    """The thresholds that organizations' credits have fallen to."""

    model = CreditEvent
    noun = "credit event"

    async def append(self, events: Sequence[CreditEvent]) -> None:
        """Write events, together with what they tell of."""
        if events:
            self._session.add_all(events)
            await self._flush()

    async def read_newest_first(self, organization_id: UUID, params: CursorParams) -> CreditEventStretch:
        """The organization's events before the cursor."""
        query = select(CreditEvent).where(CreditEvent.organization_id == organization_id)
        if params.cursor is not None:
            query = query.where(CreditEvent.sequence < params.cursor)
        # One more than asked for tells whether there is more.
        query = query.order_by(CreditEvent.sequence.desc()).limit(params.size + 1)
        events = (await self._session.scalars(query)).all()
        items = events[: params.size]
        more = len(events) > params.size
        return CreditEventStretch(items, encode_cursor(items[-1].sequence) if more else None)
