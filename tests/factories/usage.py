"""What rollups say."""

from uuid import UUID

from sqlalchemy import select

from app.api.resources import Resources
from app.core.database import transaction
from app.models import UsageRollup


async def outcomes_of(resources: Resources, organization_id: UUID) -> dict[str, int]:
    """How often an organization's calls ended in which way."""
    query = select(UsageRollup.outcome, UsageRollup.calls).where(
        UsageRollup.organization_id == organization_id, UsageRollup.tag.is_(None)
    )
    async with transaction(resources.engine) as session:
        return {row.outcome: row.calls for row in await session.execute(query)}
