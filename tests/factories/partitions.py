"""Partitions, as tests find and make them."""

from datetime import UTC, datetime

from app.core.ledger_settings import LedgerSettings
from app.core.settings import DatabaseSettings
from app.core.usage_settings import UsageSettings
from app.repositories.partition_repository import partitions_opener
from app.services.partition_service import Maintenance, PartitionService
from app.utils.datetime import months_later, start_of


async def maintain(url: str, *, usage: int = 25, ledger: int | None = None) -> Maintenance:
    """One run of the chore; how many months are kept of either."""
    return await PartitionService(
        partitions_opener(DatabaseSettings.model_validate({"url": url})),
        usage=UsageSettings(kept_months=usage),
        ledger=LedgerSettings(kept_months=ledger),
    ).run()


def month(distance: int) -> datetime:
    """The first of the month so many months from now."""
    return months_later(start_of("month", datetime.now(UTC)), distance)
