"""API keys and their strings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, Select, case, func, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.models import ApiKey, ApiKeySecret
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.api_key import ApiKeyQuery, ApiKeySort

PERIOD_START = func.date_trunc(ApiKey.credit_cap_period, func.now(), "UTC")
SPENT_NOW = case(
    (
        or_(ApiKey.credit_cap_period.is_(None), ApiKey.spending_since >= PERIOD_START),
        ApiKey.credits_spent,
    ),
    else_=0,
)
"""What counts against the cap: what was spent since the period began, by the database's clock."""


@dataclass(frozen=True, slots=True)
class KeySpending:
    """What a key may still spend."""

    api_key_id: UUID
    is_test: bool
    left: int | None
    """None: as much as its organization has."""


class ApiKeyRepository(BaseRepository[ApiKey]):
    """Reads keys together with their current string and their plan."""

    model = ApiKey
    noun = "API key"

    async def get_within(self, key_id: UUID, realm: UUID | None) -> ApiKey:
        """The key, for a principal of `realm` (`Principal.realm`).

        Raises:
            NotFoundError: there is none, or it is outside the realm.
        """
        return self._required(await self._session.scalar(self._within(key_id, realm)))

    async def lock_within(self, key_id: UUID, realm: UUID | None) -> ApiKey:
        """The key, which nobody else can change until this transaction ends.

        Raises:
            NotFoundError: there is none, or it is outside the realm.
        """
        query = self._within(key_id, realm).with_for_update(of=ApiKey, key_share=True)
        return self._required(await self._session.scalar(query))

    async def page_of_organization(self, organization_id: UUID, params: ApiKeyQuery) -> EntityPage[ApiKey]:
        """An organization's keys, whatever their state."""
        query = self._with_relations().where(ApiKey.organization_id == organization_id)
        return await self.page(query.order_by(*ordering(params.sort)), params)

    async def count_unrevoked(self, organization_id: UUID) -> int:
        """How many keys of an organization are not revoked."""
        query = select(func.count()).where(
            ApiKey.organization_id == organization_id, ApiKey.revoked_at.is_(None)
        )
        return (await self._session.execute(query)).scalar_one()

    async def issue(self, key: ApiKey, secret: ApiKeySecret) -> ApiKey:
        """Save a key with a new current string."""
        await self.save(key)
        secret.api_key_id = key.id
        self._session.add(secret)
        await self._flush()
        # What was read before, if anything, is the string that is current no more.
        await self._session.refresh(key, ["current_secret"])
        return key

    async def find_secret(self, lookup_id: str) -> ApiKeySecret | None:
        """The string of that lookup id, or None."""
        return await self._session.get(ApiKeySecret, lookup_id)

    async def lock_all(self, key_ids: Sequence[UUID]) -> Sequence[ApiKey]:
        """These keys, locked in the order of their ids until this transaction ends."""
        query = select(ApiKey).where(ApiKey.id.in_(key_ids)).order_by(ApiKey.id)
        return (await self._session.scalars(query.with_for_update(key_share=True))).all()

    async def find_organization_by_lookup_id(self, lookup_id: str) -> UUID | None:
        """Whose key has a string of this lookup id; None if there is none."""
        query = (
            select(ApiKey.organization_id)
            .join(ApiKeySecret, ApiKeySecret.api_key_id == ApiKey.id)
            .where(ApiKeySecret.lookup_id == lookup_id)
        )
        return await self._session.scalar(query)

    async def revoke_by_creator(self, user_id: UUID, now: datetime) -> int:
        """End every key that a user has made; the number of those that were not ended yet."""
        statement = (
            update(ApiKey)
            .where(ApiKey.created_by == user_id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=now, version=ApiKey.version + 1)
            .returning(ApiKey.id)
            .execution_options(synchronize_session=False)
        )
        return len((await self._session.execute(statement)).all())

    async def retire_secrets(self, key_id: UUID, at: datetime) -> None:
        """Let all strings of a key run out at `at`; those that run out sooner are not prolonged."""
        statement = (
            update(ApiKeySecret)
            .where(
                ApiKeySecret.api_key_id == key_id,
                or_(ApiKeySecret.retired_at.is_(None), ApiKeySecret.retired_at > at),
            )
            .values(retired_at=at)
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(statement)

    async def revoke_of_creator(self, organization_id: UUID, user_id: UUID, now: datetime) -> int:
        """End the keys of an organization that one person made; how many that ended."""
        statement = (
            update(ApiKey)
            .where(
                ApiKey.organization_id == organization_id,
                ApiKey.created_by == user_id,
                ApiKey.revoked_at.is_(None),
            )
            .values(revoked_at=now, version=ApiKey.version + 1)
            .returning(ApiKey.id)
            .execution_options(synchronize_session=False)
        )
        return len((await self._session.scalars(statement)).all())

    async def find_spending(self, key_id: UUID) -> KeySpending | None:
        """What the key may still spend, or None if it is gone."""
        query = select(ApiKey.environment, ApiKey.credit_cap - SPENT_NOW).where(ApiKey.id == key_id)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else KeySpending(key_id, is_test=row[0] == "test", left=row[1])

    async def spend(self, key_id: UUID, amount: int) -> bool:
        """Count credits against the key's cap; False, and nothing counted, if they are beyond it."""
        statement = (
            update(ApiKey)
            .where(ApiKey.id == key_id, SPENT_NOW + amount <= ApiKey.credit_cap)
            # The version stays: spending is no edit, and must not fail the edits of others.
            .values(credits_spent=SPENT_NOW + amount, spending_since=PERIOD_START)
            .returning(ApiKey.id)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.execute(statement)).one_or_none() is not None

    async def give_back(self, key_id: UUID, amount: int, *, taken_at: datetime) -> None:
        """Let a capped key spend credits again that it has not spent after all, if they still count."""
        still_counts = or_(ApiKey.credit_cap_period.is_(None), taken_at >= PERIOD_START)
        statement = (
            update(ApiKey)
            .where(ApiKey.id == key_id, ApiKey.credit_cap.is_not(None), still_counts)
            # Never below zero: a cap that was set meanwhile counts anew.
            .values(credits_spent=func.greatest(SPENT_NOW - amount, 0), spending_since=PERIOD_START)
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(statement)

    def _within(self, key_id: UUID, realm: UUID | None) -> Select[ApiKey]:
        query = self._with_relations().where(ApiKey.id == key_id)
        return query if realm is None else query.where(ApiKey.organization_id == realm)

    def _with_relations(self) -> Select[ApiKey]:
        return select(ApiKey).options(selectinload(ApiKey.current_secret), joinedload(ApiKey.plan))


def ordering(sort: ApiKeySort) -> tuple[ColumnExpressionArgument[object], ...]:
    """The columns behind a sort key; the id settles ties, so no key is on two pages."""
    match sort:
        case ApiKeySort.NEWEST:
            return ApiKey.created_at.desc(), ApiKey.id.desc()
        case ApiKeySort.OLDEST:
            return ApiKey.created_at, ApiKey.id
        case ApiKeySort.NAME:
            return ApiKey.name, ApiKey.id
