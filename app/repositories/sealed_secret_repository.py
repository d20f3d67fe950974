"""Sealed secrets of any table, as far as re-encrypting them needs."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnClause,
    LargeBinary,
    TableClause,
    column,
    func,
    literal,
    null,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import transaction
from app.core.secret_box import KEY_ID_BYTES
from app.repositories.sealed_columns import SealedColumn


class SealedSecret(NamedTuple):
    """One row's secret."""

    id: UUID | int
    sealed: bytes
    kind: str | None


class SealedSecretRepository:
    """Finds secrets under other keys than the current one, and puts others in their place."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_batch(
        self,
        where: SealedColumn,
        *,
        current_key_id: int,
        after: UUID | int | None,
        limit: int,
    ) -> Sequence[SealedSecret]:
        """The next secrets under another key, in the order of their ids; nobody changes them meanwhile."""
        rows, value = parts_of(where)
        key_id = func.substring(value, KEY_ID_BYTES.start + 1, len(KEY_ID_BYTES))
        current = current_key_id.to_bytes(len(KEY_ID_BYTES), "big")
        kind = null() if where.kind is None else column(where.kind)
        query = select(rows.c.id, value, kind).where(
            value.is_not(None), key_id != literal(current, LargeBinary)
        )
        if after is not None:
            query = query.where(rows.c.id > after)
        found = await self._session.execute(query.order_by(rows.c.id).limit(limit).with_for_update())
        return [SealedSecret(*row) for row in found]

    async def replace(self, where: SealedColumn, sealed_by_id: Mapping[UUID | int, bytes]) -> None:
        """Store secrets that have been sealed anew."""
        rows, _ = parts_of(where)
        for row_id, sealed in sealed_by_id.items():
            await self._session.execute(update(rows).where(rows.c.id == row_id).values({where.name: sealed}))


def parts_of(where: SealedColumn) -> tuple[TableClause, ColumnClause[bytes]]:
    """The table and the column, as far as SQL needs to know them."""
    value = column(where.name, LargeBinary)
    return table(where.table, column("id"), value, schema=where.schema), value


OpenSealedSecrets = Callable[[], AbstractAsyncContextManager[SealedSecretRepository]]
"""Opens a short transaction of its own on sealed secrets."""


def sealed_secrets_opener(engine: AsyncEngine) -> OpenSealedSecrets:
    """How to go through them in pieces, while others work."""

    @asynccontextmanager
    async def open_sealed_secrets() -> AsyncIterator[SealedSecretRepository]:
        async with transaction(engine) as session:
            yield SealedSecretRepository(session)

    return open_sealed_secrets
