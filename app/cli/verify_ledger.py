"""`faregate verify-ledger`: proof that every balance is the sum of its entries."""

import asyncio
import time

import typer
from sqlalchemy.exc import ProgrammingError

from app.cli.console import complain, say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.core.database import create_engine
from app.core.database_settings import DatabaseSettings
from app.repositories.ledger_proof_repository import ledger_proof_opener
from app.services.ledger_proof_service import LedgerDrift, LedgerProof, LedgerProofService

PATIENCE_SECONDS = 600
"""For one stretch of entries."""
PROGRESS_SECONDS = 5
"""A proof that takes longer says how far it is, this often."""


def verify_ledger() -> None:
    """Prove every organization's balance from its ledger; exit with 1 if one does not add up.

    It locks nothing and keeps no snapshot: run it while Faregate serves.
    """
    with database_at_hand() as settings:
        proof = asyncio.run(prove(settings.database))
    whole = (
        f"{proof.issued} credits issued, {proof.available} available + {proof.held} held"
        f" + {proof.spent} spent + {proof.expired} expired"
    )
    if proof.drifts or not proof.is_balanced:
        complain(*(describe(drift) for drift in proof.drifts), whole)
        raise typer.Exit(1)
    say(f"{whole}.")
    say(f"{proof.organizations} organizations, {proof.entries} entries: every balance is proved.")


async def prove(database: DatabaseSettings) -> LedgerProof:
    """Check the whole ledger, stretch by stretch.

    Raises:
        CommandError: the database is not migrated.
    """
    patient = database.model_copy(update={"statement_timeout_seconds": PATIENCE_SECONDS})
    engine = create_engine(patient, pool_size=1)
    proof, told = LedgerProof(), time.monotonic()
    try:
        async for proof in LedgerProofService(ledger_proof_opener(engine)).prove():
            if time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                say(f"{proof.organizations} organizations, {proof.entries} entries so far ...")
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        await engine.dispose()
    return proof


def describe(drift: LedgerDrift) -> str:
    """One organization's contradictions in one line."""
    return f"organization {drift.organization_id}: {'; '.join(drift.contradictions)}"
