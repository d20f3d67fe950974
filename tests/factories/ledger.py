"""The proof of one organization's ledger."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.repositories.ledger_proof_repository import LedgerProofRepository
from app.services.ledger_proof_service import contradictions_of


async def contradictions_in(session: AsyncSession, organization_id: UUID) -> list[str]:
    """What does not add up, as the session sees it."""
    repository = LedgerProofRepository(session)
    account = await repository.find_account(organization_id)
    while not account.is_complete:
        await repository.add_stretches([account])
    return contradictions_of(account)
