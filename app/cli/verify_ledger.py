"""`faregate verify-ledger`: proof that every balance is the sum of its entries."""

import asyncio
from dataclasses import dataclass

import typer
from sqlalchemy.exc import ProgrammingError

from app.cli.console import complain, say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.core.database import create_engine, transaction
from app.core.settings import DatabaseSettings
from app.repositories.ledger_entry_repository import LedgerDrift, LedgerEntryRepository

PATIENCE_SECONDS = 3600
"""The proof reads the whole ledger, in one statement and so in one snapshot."""


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """What was looked at, and what is wrong with it."""

    organizations: int
    entries: int
    drifts: list[LedgerDrift]


def verify_ledger() -> None:
    """Prove every organization's balance from its ledger; exit with 1 if one does not add up.

    It reads one snapshot and blocks nobody: run it while Faregate serves.
    """
    with database_at_hand() as settings:
        proof = asyncio.run(prove(settings.database))
    if proof.drifts:
        complain(*(describe(drift) for drift in proof.drifts))
        raise typer.Exit(1)
    say(f"{proof.organizations} organizations, {proof.entries} entries: every balance is proved.")


async def prove(database: DatabaseSettings) -> LedgerProof:
    """Check the whole ledger in one transaction.

    Raises:
        CommandError: the database is not migrated.
    """
    patient = database.model_copy(update={"statement_timeout_seconds": PATIENCE_SECONDS})
    engine = create_engine(patient, pool_size=1)
    try:
        async with transaction(engine) as session:
            ledger = LedgerEntryRepository(session)
            drifts = await ledger.find_drifts()
            organizations, entries = await ledger.count_all()
            return LedgerProof(organizations, entries, drifts)
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        await engine.dispose()


def describe(drift: LedgerDrift) -> str:
    """One organization's contradiction in one line."""
    return (
        f"organization {drift.organization_id}: {drift.available} credits are available, the ledger says "
        f"{drift.total}; {drift.entries} entries, the last sequence is {drift.last_sequence}; "
        f"{drift.wrong_entries} entries contradict those before them"
    )
