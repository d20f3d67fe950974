"""Statements: what an organization had at an instant, and what happened between two."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from app.core.clock import Clock
from app.core.exceptions import ValidationFailedError
from app.core.principal import Principal
from app.models import LedgerEntry
from app.repositories.statement_repository import OpenStatements, StatementRepository
from app.schemas.credit_statement import BalanceAt, CreditStatement, CreditStatementQuery, LedgerExportQuery
from app.services.credit_service import CreditService
from app.utils.datetime import start_of

EXPORT_MAX = 100_000
"""Entries of one export: a longer ledger is exported in parts."""
EXPORT_CHUNK = 1_000


class StatementService:
    """Reads a ledger as a whole: every statement is a beginning of it, so two never contradict each other."""

    def __init__(
        self,
        statements: StatementRepository,
        open_statements: OpenStatements,
        credit: CreditService,
        clock: Clock,
    ) -> None:
        self._statements = statements
        self._open_statements = open_statements
        self._credit = credit
        self._clock = clock

    async def read(self, caller: Principal, query: CreditStatementQuery) -> CreditStatement:
        """The balances at two instants, and the sums of what happened between them.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
            ValidationFailedError: the time ends before it begins, or begins before what is kept.
        """
        until = query.until or self._clock()
        since = query.since or start_of("month", until)
        if since > until:
            raise out_of_range("must not be after `until`")
        # It settles what time alone has done meanwhile.
        organization_id = (
            await self._credit.get_balance(caller, organization_id=query.organization_id)
        ).organization_id
        beginning = await self._statements.find_beginning(organization_id)
        if beginning is not None and since < beginning:
            detail = f"must not be before {beginning:%Y-%m-%d}, where what is kept of the ledger begins"
            raise out_of_range(detail)
        opening, closing = [await self._balance(organization_id, at) for at in (since, until)]
        movements = await self._statements.sum_by_kind(
            organization_id, after=opening.sequence, up_to=closing.sequence
        )
        return CreditStatement(
            organization_id=organization_id, opening=opening, closing=closing, movements=movements
        )

    async def export(
        self, caller: Principal, query: LedgerExportQuery
    ) -> AsyncIterator[Sequence[LedgerEntry]]:
        """The ledger in chunks, newest first, each read when it is asked for, `EXPORT_MAX` in all.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        balance = await self._credit.get_balance(caller, organization_id=query.organization_id)
        return self._read_chunks(balance.organization_id, query.before)

    async def _balance(self, organization_id: UUID, at: datetime) -> BalanceAt:
        sequence, balance = await self._statements.read_balance(organization_id, at)
        held = await self._statements.sum_held(organization_id, at)
        return BalanceAt(at=at, sequence=sequence, balance=balance, held=held, available=balance - held)

    async def _read_chunks(
        self, organization_id: UUID, before: int | None
    ) -> AsyncIterator[Sequence[LedgerEntry]]:
        for _ in range(EXPORT_MAX // EXPORT_CHUNK):
            # Transactions of their own: a slow reader holds no connection while it reads.
            async with self._open_statements() as statements:
                entries = await statements.read_before(organization_id, before=before, size=EXPORT_CHUNK)
            yield entries
            if len(entries) < EXPORT_CHUNK:
                return
            before = entries[-1].sequence


def out_of_range(detail: str) -> ValidationFailedError:
    """What is wrong with `since`."""
    return ValidationFailedError([{"parameter": "since", "detail": detail, "code": "out_of_range"}])
