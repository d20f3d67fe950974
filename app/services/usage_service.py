"""Showing how the gate is used: organizations see their own use, operators everyone's."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from app.core.admission import TIME_BOUNDS_US
from app.core.clock import Clock
from app.core.exceptions import ValidationFailedError
from app.core.percentiles import percentile
from app.core.principal import Principal
from app.repositories.usage_rollup_repository import UsageGroup, UsageRollupRepository
from app.schemas.usage import DAYS_MAX, UsageExportQuery, UsageQuery, UsageReport, UsageResponse
from app.services.audit_event_service import realm_of

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = 30
"""How far back a report goes unless it is told."""
EXPORT_MAX = 10_000
EXPORT_CHUNK = 500


class UsageService:
    """Reads rollups, those of the last seconds included."""

    def __init__(self, rollups: UsageRollupRepository, clock: Clock) -> None:
        self._rollups = rollups
        self._clock = clock

    async def report(self, caller: Principal, query: UsageQuery) -> UsageReport:
        """How the caller's organization used the gate; for operators, how anyone did.

        Raises:
            NotFoundError: the organization asked for is not the caller's.
            ValidationFailedError: the time is too long, or ends before it begins.
        """
        since, until = self._time_of(query)
        # One more than asked for tells whether there is more.
        lines = await self._read(caller, query, since=since, until=until, size=query.size + 1)
        return UsageReport(
            since=since,
            until=until,
            group_by=query.group_by,
            items=lines[: query.size],
            has_more=len(lines) > query.size,
        )

    async def export(
        self, caller: Principal, query: UsageExportQuery
    ) -> AsyncIterator[Sequence[UsageResponse]]:
        """The same lines in chunks, at most `EXPORT_MAX` in all.

        Raises:
            NotFoundError: the organization asked for is not the caller's.
            ValidationFailedError: the time is too long, or ends before it begins.
        """
        since, until = self._time_of(query)
        return in_chunks(await self._read(caller, query, since=since, until=until, size=EXPORT_MAX))

    async def _read(
        self, caller: Principal, query: UsageExportQuery, *, since: datetime, until: datetime, size: int
    ) -> list[UsageResponse]:
        realm = realm_of(caller, query.organization_id)
        await self._rollups.fold()
        groups = await self._rollups.read(realm, query, since=since, until=until, size=size)
        return [line_of(group) for group in groups]

    def _time_of(self, query: UsageExportQuery) -> tuple[datetime, datetime]:
        """From the beginning of an hour."""
        until = query.until or self._clock()
        # The year 1 has no day 30 days before its first.
        since = query.since or max(until, FIRST) - timedelta(days=DAYS)
        if not timedelta() < until - since <= timedelta(days=DAYS_MAX):
            detail = f"must be before `until`, by at most {DAYS_MAX} days"
            raise ValidationFailedError([{"parameter": "since", "detail": detail, "code": "out_of_range"}])
        return since.replace(minute=0, second=0, microsecond=0), until


def line_of(group: UsageGroup) -> UsageResponse:
    """A group with its percentiles."""
    return UsageResponse(
        group=group.group,
        calls=group.calls,
        credits=group.credits,
        p50_us=percentile(group.times, 0.5, bounds=TIME_BOUNDS_US),
        p99_us=percentile(group.times, 0.99, bounds=TIME_BOUNDS_US),
    )


async def in_chunks(lines: Sequence[UsageResponse]) -> AsyncIterator[Sequence[UsageResponse]]:
    """A few lines at a time."""
    for start in range(0, len(lines), EXPORT_CHUNK):
        yield lines[start : start + EXPORT_CHUNK]
