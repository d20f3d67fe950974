"""Rollups of use: folded and read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, String, cast, column, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.admission import TIME_BOUNDS_US
from app.models import UsageRollup
from app.repositories.usage_statements import FOLD_PORTION, FOLD_USAGE
from app.schemas.usage import UsageExportQuery, UsageGrouping, UsageSort

FOLDS_MAX = 4
"""Portions that a reader folds: what is left then is for those who write."""
PLAIN = {
    UsageGrouping.KEY: UsageRollup.api_key_id,
    UsageGrouping.OUTCOME: UsageRollup.outcome,
    UsageGrouping.TAG: UsageRollup.tag,
    UsageGrouping.ORGANIZATION: UsageRollup.organization_id,
}


@dataclass(slots=True)
class UsageGroup:
    """What one line of usage says, and its times by their buckets."""

    group: str | None
    calls: int
    credits: int
    times: dict[int, int] = field(default_factory=dict)


class UsageRollupRepository:
    """Asks the `usage_rollups` table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fold(self) -> None:
        """Fold what was tallied so far, so that it is read as well."""
        connection = await self._session.connection()
        for _ in range(FOLDS_MAX):
            folded = await connection.exec_driver_sql(FOLD_USAGE, (FOLD_PORTION, TIME_BOUNDS_US))
            if folded.scalar_one() < FOLD_PORTION:
                return

    async def read(
        self,
        realm: UUID | None,
        query: UsageExportQuery,
        *,
        since: datetime,
        until: datetime,
        size: int,
    ) -> list[UsageGroup]:
        """The first groups of an organization's use; None: of everyone's."""
        conditions = conditions_of(realm, query, since=since, until=until)
        group = group_of(query.group_by)
        calls = func.sum(UsageRollup.calls).cast(BigInteger)
        credits_taken = func.sum(UsageRollup.credits).cast(BigInteger)
        most = credits_taken if query.sort is UsageSort.CREDITS else calls
        order = [group.asc()] if query.group_by.is_time else [most.desc(), group.asc()]
        statement = (
            select(group, calls, credits_taken)
            .where(*conditions)
            .group_by(group)
            .order_by(*order)
            .limit(size)
        )
        groups = [UsageGroup(*row) for row in await self._session.execute(statement)]
        await self._add_times(groups, group, conditions)
        return groups

    async def _add_times(
        self, groups: Sequence[UsageGroup], group: ColumnElement[Any], conditions: list[ColumnElement[bool]]
    ) -> None:
        names = [each.group for each in groups if each.group is not None]
        times = (
            func.unnest(UsageRollup.times)
            .table_valued(column("calls", Integer), with_ordinality="place", joins_implicitly=True)
            .render_derived()
        )
        statement = (
            select(group, times.c.place, func.sum(times.c.calls).cast(BigInteger))
            .where(*conditions, or_(group.in_(names), group.is_(None)), times.c.calls > 0)
            .group_by(group, times.c.place)
        )
        found: dict[str | None, dict[int, int]] = defaultdict(dict)
        for name, place, calls in await self._session.execute(statement):
            found[name][place - 1] = calls
        for each in groups:
            each.times = found[each.group]


def group_of(grouping: UsageGrouping) -> ColumnElement[Any]:
    """What a rollup is grouped by, as text."""
    if grouping in PLAIN:
        return cast(PLAIN[grouping], String)
    beginning = func.date_trunc(grouping.value, UsageRollup.hour, "UTC")
    return func.to_char(func.timezone("UTC", beginning), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')


def conditions_of(
    realm: UUID | None, query: UsageExportQuery, *, since: datetime, until: datetime
) -> list[ColumnElement[bool]]:
    """Which rollups are asked for: a call counts once, in the row without a tag, unless tags are meant."""
    conditions = [UsageRollup.hour >= since, UsageRollup.hour < until]
    if realm is not None:
        conditions.append(UsageRollup.organization_id == realm)
    if query.api_key_id is not None:
        conditions.append(UsageRollup.api_key_id == query.api_key_id)
    if query.outcome is not None:
        conditions.append(UsageRollup.outcome == query.outcome)
    if query.tag is not None:
        conditions.append(UsageRollup.tag == query.tag)
    elif query.group_by is UsageGrouping.TAG:
        conditions.append(UsageRollup.tag.is_not(None))
    else:
        conditions.append(UsageRollup.tag.is_(None))
    return conditions
