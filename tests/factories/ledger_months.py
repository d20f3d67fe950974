"""A ledger whose entries can be let grow old."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from pydantic import SecretStr

from app.core.settings import Settings
from app.main import create_app
from app.repositories.ledger_proof_repository import OpenLedgerProof, ledger_proof_opener
from app.services.ledger_proof_service import LedgerProof, LedgerProofService
from tests.factories.partitions import month
from tests.factories.world import World

MAKE_MONTH = """
CREATE TABLE partitions.{name} (LIKE partitions.ledger_entries_default INCLUDING ALL);
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON partitions.{name}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
ALTER TABLE ledger_entries ATTACH PARTITION partitions.{name} FOR VALUES FROM ('{since}') TO ('{before}')
"""
GROW_OLD = """
UPDATE ledger_entries SET created_at = $1::timestamptz + sequence * interval '1 minute'
WHERE organization_id = $2 AND sequence BETWEEN $3 AND $4
"""


@dataclass(frozen=True, slots=True)
class LedgerOfMonths:
    """A deployment of its own, whose ledger has a partition for each of the last three months."""

    url: str
    client: httpx2.AsyncClient
    world: World
    owner: asyncpg.Connection

    async def age(self, organization_id: UUID, first: int, last: int, *, months: int) -> None:
        """Let entries, from one sequence to another, be from so many months ago."""
        await self.tamper(GROW_OLD, month(-months), organization_id, first, last)

    async def tamper(self, statement: str, *values: Any) -> None:
        """Change what only the database's owner can change, behind the triggers' back."""
        async with self.owner.transaction():
            await self.owner.execute("SET LOCAL session_replication_role = replica")
            await self.owner.execute(statement, *values)

    async def prove(self, open_proof: OpenLedgerProof | None = None) -> LedgerProof:
        """The proof of all of it."""
        service = LedgerProofService(open_proof or ledger_proof_opener(self.world.resources.engine))
        *_, whole = [proof async for proof in service.prove()]
        return whole

    async def rows_in(self, place: str) -> int:
        """How many entries a table has."""
        return int(await self.owner.fetchval(f"SELECT count(*) FROM {place}"))


def named(distance: int) -> str:
    """The partition of the month so many months from now."""
    return f"ledger_entries_{month(distance):%Y_%m}"


@asynccontextmanager
async def open_ledger(settings: Settings, url: str) -> AsyncIterator[LedgerOfMonths]:
    """Start Faregate on the migrated database at `url`, whose ledger is empty."""
    owner = await asyncpg.connect(url)
    await owner.execute(f"DROP TABLE partitions.{named(0)}")
    for distance in (-3, -2, -1, 0):
        since, before = month(distance), month(distance + 1)
        await owner.execute(MAKE_MONTH.format(name=named(distance), since=since, before=before))
    database = settings.database.model_copy(update={"url": SecretStr(url)})
    application = create_app(settings.model_copy(update={"database": database}))
    transport = httpx2.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield LedgerOfMonths(url, client, World(application.state.resources), owner)
    await owner.close()
