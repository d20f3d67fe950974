"""The big world: a million keys and ten million ledger entries, made inside PostgreSQL.

All of it is real: each key opens with its string, each balance is the sum of its entries. Entries are written
in the order of time, so an organization's entries lie scattered over the whole table, as they would.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5, sha256

import asyncpg

from app.core.api_key_secrets import checksum
from app.core.scopes import MEMBER_SCOPES
from benchmarks.database import Database
from benchmarks.world import CREDITS, PLAN_NAME

Say = Callable[[str], None]

BLOCK_BYTES = 64
"""Of SHA-256: what HMAC pads its key to (RFC 2104)."""
STRIDE = 104_729
"""A prime: stepping by it visits all keys in no useful order."""
SLICES = 10

MEMORY = ("maintenance_work_mem = '1GB'", "work_mem = '256MB'")

MAKE_ORGANIZATIONS = """
CREATE TABLE big_organizations AS
SELECT n, uuidv7() AS id, uuidv7() AS user_id FROM generate_series(1, {organizations}) AS n;
CREATE TABLE big_keys AS
SELECT n, 1 + (n - 1) % {organizations} AS organization, uuidv7() AS id FROM generate_series(1, {keys}) AS n;
INSERT INTO users (id, email, email_verified_at, full_name, has_short_password, is_active, is_operator,
                   version)
SELECT user_id, 'big-' || n || '@example.org', now(), 'Big customer ' || n, false, true, false, 1
FROM big_organizations;
INSERT INTO organizations (id, name, plan_id, is_active, version)
SELECT o.id, 'Big customer ' || o.n, p.id, true, 1
FROM big_organizations o, plans p WHERE p.name = '{plan}';
INSERT INTO memberships (organization_id, user_id, role) SELECT id, user_id, 'owner' FROM big_organizations;
INSERT INTO credit_accounts (organization_id, available, last_sequence, burned)
SELECT id, {credits} - ({entries_each} - 1), {entries_each}, {entries_each} - 1 FROM big_organizations;
INSERT INTO credit_grants (id, organization_id, amount, remaining, source, priority, effective_at, entered_at,
                           reason)
SELECT uuidv7(), id, {credits}, {credits}, 'purchase', 50, now(), now(), 'verify' FROM big_organizations;
"""

MAKE_KEYS = """
INSERT INTO api_keys (id, organization_id, created_by, environment, name, scopes, credits_spent, attributes,
                      enabled, version)
SELECT k.id, o.id, o.user_id, 'live', 'Key ' || k.n, $1::text[], 0, '{}', true, 1
FROM big_keys k JOIN big_organizations o ON o.n = k.organization
"""

MAKE_SECRETS = """
INSERT INTO api_key_secrets (lookup_id, api_key_id, digest, pepper_id)
SELECT substr(md5('id' || n), 1, 6) || lpad(to_hex(n), 6, '0'), id,
       sha256($1::bytea || sha256($2::bytea || convert_to(md5('secret' || n), 'UTF8'))), 1
FROM big_keys
"""

# Every organization once for each sequence: OFFSET 0 keeps the planner from turning the loops around, which
# would need a sort. A request's id is as long as any, but made once.
MAKE_ENTRIES = """
INSERT INTO ledger_entries (id, organization_id, sequence, kind, amount, balance_after, moved, reason,
                            api_key_id, request_id, created_at)
SELECT uuidv7(), o.id, s, CASE WHEN s = 1 THEN 'grant' ELSE 'charge' END,
       CASE WHEN s = 1 THEN $3::bigint ELSE -1 END, $3 - (s - 1), CASE WHEN s = 1 THEN $3 ELSE 1 END,
       'verify', o.key_ids[1 + s % $5::bigint], o.request_id, now() - make_interval(mins => ($4 - s)::int)
FROM generate_series($1::bigint, $2::bigint) AS s
CROSS JOIN LATERAL (SELECT * FROM big_payers WHERE s > 0 OFFSET 0) o
"""

MAKE_PAYERS = """
CREATE TABLE big_payers AS
SELECT o.id, uuidv7()::text AS request_id, array_agg(k.id ORDER BY k.n) AS key_ids
FROM big_organizations o JOIN big_keys k ON k.organization = o.n GROUP BY o.id
"""

LEDGER_INDEXES = """
SELECT i.indrelid::regclass::text AS place, i.indexrelid::regclass::text AS name,
       pg_get_indexdef(i.indexrelid) AS definition,
       quote_ident(c.conname) AS constraint_name, pg_get_constraintdef(c.oid) AS constraint_definition
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
WHERE i.indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'ledger_entries'::regclass)
"""


@dataclass(frozen=True, slots=True)
class BigWorld:
    """How big, under which pepper."""

    pepper: str
    organizations: int = 10_000
    keys_each: int = 100
    entries_each: int = 1_000

    @property
    def keys(self) -> int:
        """All keys."""
        return self.organizations * self.keys_each

    @property
    def entries(self) -> int:
        """All ledger entries."""
        return self.organizations * self.entries_each

    def key_string(self, number: int) -> str:
        """What opens the key `number` (from 1 on)."""
        body = f"fg_live_{digest_of(f'id{number}')[:6]}{number:06x}{digest_of(f'secret{number}')}"
        return body + checksum(body)

    def scattered_keys(self, count: int) -> list[str]:
        """`count` different keys, evenly from the whole table."""
        return [self.key_string(1 + step * STRIDE % self.keys) for step in range(count)]

    def one_key_each(self, count: int) -> list[str]:
        """One key of each of `count` organizations, evenly from all."""
        return [self.key_string(1 + step * self.organizations // count) for step in range(count)]

    def padded_peppers(self) -> tuple[bytes, bytes]:
        """The pepper in the two forms that HMAC hashes: outer and inner."""
        key = self.pepper.encode()
        block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x5C for byte in block), bytes(byte ^ 0x36 for byte in block)


def digest_of(text: str) -> str:
    """32 characters that PostgreSQL makes too."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def make_big_world(database: Database, size: BigWorld, say: Say) -> None:
    """Fill a database that already holds a small world."""
    database.use(lambda connection: BigWorldMaker(connection, size, say).make())
    for step in ("VACUUM (ANALYZE, FREEZE)", "CHECKPOINT"):
        say(step)
        database.execute(step)


class BigWorldMaker:
    """Makes the rows, without triggers, and without the ledger's indexes until its entries are there."""

    def __init__(self, connection: asyncpg.Connection, size: BigWorld, say: Say) -> None:
        self._connection = connection
        self._size = size
        self._say = say

    async def make(self) -> None:
        """Make everything; each step says what it is."""
        # Foreign keys hold by construction; checking them eleven million times would prove nothing more.
        for setting in ("session_replication_role = replica", "synchronous_commit = off", *MEMORY):
            await self._connection.execute(f"SET {setting}")
        await self._make_keys()
        indexes = await self._drop_ledger_indexes()
        await self._make_entries()
        self._say("the ledger's indexes")
        for definition in indexes:
            await self._connection.execute(definition)
        await self._connection.execute("DROP TABLE big_organizations, big_keys, big_payers")

    async def _make_keys(self) -> None:
        size, execute = self._size, self._connection.execute
        self._say(f"{size.organizations:,} organizations with {size.keys:,} keys")
        figures = {"organizations": size.organizations, "keys": size.keys, "entries_each": size.entries_each}
        await execute(MAKE_ORGANIZATIONS.format(plan=PLAN_NAME, credits=CREDITS, **figures))
        await execute("ANALYZE big_organizations, big_keys")
        await execute(MAKE_KEYS, sorted(MEMBER_SCOPES))
        await execute(MAKE_SECRETS, *size.padded_peppers())

    async def _make_entries(self) -> None:
        size = self._size
        await self._connection.execute(MAKE_PAYERS)
        step = max(1, size.entries_each // SLICES)
        for first in range(1, size.entries_each + 1, step):
            last = min(first + step - 1, size.entries_each)
            self._say(f"{last * size.organizations:,} of {size.entries:,} ledger entries")
            figures = (CREDITS, size.entries_each, size.keys_each)
            await self._connection.execute(MAKE_ENTRIES, first, last, *figures)

    async def _drop_ledger_indexes(self) -> list[str]:
        """Drop those of every month; the statements that make them again, as they were."""
        definitions = []
        for index in await self._connection.fetch(LEDGER_INDEXES):
            place, name, constraint = index["place"], index["name"], index["constraint_name"]
            if constraint is None:
                await self._connection.execute(f"DROP INDEX {name}")
                definitions.append(index["definition"])
            else:
                await self._connection.execute(f"ALTER TABLE {place} DROP CONSTRAINT {constraint}")
                added = f"ADD CONSTRAINT {constraint} {index['constraint_definition']}"
                definitions.append(f"ALTER TABLE {place} {added}")
        return definitions
