"""Five verbs that every repository has; whatever else is asked is a named query of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from app.core.exceptions import ConflictError, NotFoundError, PreconditionFailedError
from app.models.base import Base
from app.schemas.page import PageParams

M = TypeVar("M", bound=Base)


@dataclass(frozen=True, slots=True)
class EntityPage(Generic[M]):
    """One page of entities; `Page[XResponse].model_validate` reads it."""

    items: Sequence[M]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """The number of the last page."""
        return math.ceil(self.total / self.size)


class BaseRepository(Generic[M]):
    """Finds, gets, saves, deletes and pages the entities of one table."""

    model: type[M]
    noun: ClassVar[str]
    """What people call the entity: "There is no such blog post." """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, entity_id: UUID) -> M | None:
        """The entity, or None."""
        return await self._session.get(self.model, entity_id)

    async def get(self, entity_id: UUID) -> M:
        """The entity.

        Raises:
            NotFoundError: there is none.
        """
        return self._required(await self.find(entity_id))

    async def save(self, entity: M) -> M:
        """Insert or update now, so that a broken constraint surfaces here.

        Raises:
            ConflictError: a constraint of the database refuses it.
            PreconditionFailedError: someone else has changed it since it was read.
        """
        self._session.add(entity)
        await self._flush()
        return entity

    async def delete(self, entity: M) -> None:
        """Delete now.

        Raises:
            ConflictError: others still refer to it.
            PreconditionFailedError: someone else has changed it since it was read.
        """
        await self._session.delete(entity)
        await self._flush()

    async def page(self, query: Select[M], params: PageParams) -> EntityPage[M]:
        """One page of `query`, which says the order, and the number of all its rows."""
        counting = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        total = (await self._session.execute(counting)).scalar_one()
        items = (await self._session.scalars(query.offset(params.offset).limit(params.size))).all()
        return EntityPage(items=items, total=total, page=params.page, size=params.size)

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except StaleDataError as error:
            raise PreconditionFailedError from error
        except IntegrityError as error:
            # The driver's text names tables and columns; the client learns only that it clashes.
            message = f"This {self.noun} contradicts what is stored already."
            raise ConflictError(message) from error

    def _required(self, entity: M | None) -> M:
        if entity is None:
            raise NotFoundError(self.noun)
        return entity
