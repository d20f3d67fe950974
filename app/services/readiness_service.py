"""Whether this process can do its work now."""

import asyncio

import structlog

from app.core.database import reason_of
from app.core.exceptions import NotReadyError
from app.repositories.migration_repository import MigrationRepository

logger = structlog.get_logger()


class ReadinessService:
    """Asks the database for what this version needs, and does not wait long for the answer."""

    def __init__(
        self,
        migrations: MigrationRepository,
        *,
        needed_revisions: frozenset[str],
        patience_seconds: float,
        has_signing_keys: bool,
    ) -> None:
        self._migrations = migrations
        self._needed_revisions = needed_revisions
        self._patience_seconds = patience_seconds
        self._has_signing_keys = has_signing_keys

    async def require(self) -> None:
        """Go on only if requests can be served.

        Raises:
            NotReadyError: the database is away, slow, or not at this version's migrations, or its signing
                keys are not read yet.
        """
        try:
            async with asyncio.timeout(self._patience_seconds):
                applied = await self._migrations.applied_revisions()
        except Exception as error:
            logger.warning("not ready: the database does not answer", reason=reason_of(error))
            raise NotReadyError from error
        if applied != self._needed_revisions:
            logger.warning("not ready: migrations differ", applied=sorted(applied))
            raise NotReadyError
        if not self._has_signing_keys:
            logger.warning("not ready: no signing keys")
            raise NotReadyError
