"""A person's data, for themselves to take away."""

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.person import Person
from app.repositories.account_export_repository import ROWS_MAX, SECTIONS, AccountExportRepository
from app.schemas.account import AccountExport
from app.services.audit_service import AuditService


class AccountExportService:
    """Gathers everything that is stored about a person, and no secret."""

    def __init__(self, data: AccountExportRepository, *, audit: AuditService, clock: Clock) -> None:
        self._data = data
        self._audit = audit
        self._clock = clock

    async def export(self, person: Person) -> AccountExport:
        """All sections; one that is longer than can be handed over at once is named in `truncated`."""
        rows = {name: await self._data.read(name, person.id) for name in SECTIONS}
        await self._audit.record(AuditAction.ACCOUNT_EXPORTED, target=f"user:{person.id}")
        return AccountExport(
            exported_at=self._clock(),
            sections={name: list(found[:ROWS_MAX]) for name, found in rows.items()},
            truncated=[name for name, found in rows.items() if len(found) > ROWS_MAX],
        )
