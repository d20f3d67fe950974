"""Everything a test needs around the thing it tests."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.settlement_service import build_settlement
from app.api.resources import Resources
from app.core.database import transaction
from app.core.grant_source import GrantSource
from app.core.identifiers import new_id
from app.core.scopes import MEMBER_SCOPES, Scope
from app.models import (
    ApiKey,
    ApiKeySecret,
    CreditAccount,
    CreditGrant,
    Invitation,
    LedgerEntry,
    LedgerKind,
    Membership,
    Organization,
    Plan,
    PlanLimit,
    Session,
    User,
)
from app.services.grant_service import lasting_grant


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who can call: `headers` go with the request."""

    organization_id: UUID
    user_id: UUID
    headers: dict[str, str]
    key_id: UUID | None = None
    session_id: UUID | None = None
    credential: str = ""


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """A key's row and the string that opens it."""

    row: ApiKey
    api_key: str
    headers: dict[str, str] = field(default_factory=dict)


def newcomer(**values: Any) -> User:
    """A person without a password, not yet stored."""
    email = f"person-{secrets.token_hex(8)}@example.org"
    return User(**{"id": new_id(), "email": email, "email_verified_at": datetime.now(UTC), **values})


class World:
    """Makes organizations, people, keys and sessions; nothing it makes is shared between tests."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def plan(self, **limits: tuple[int, int]) -> Plan:
        """A new plan: `plan(minute=(60, 60))` is 60 per 60 seconds, burst 60."""
        plan = Plan(name=f"plan-{secrets.token_hex(6)}", limits=[])
        for name, (quota, period_seconds) in limits.items():
            plan.limits.append(PlanLimit(name=name, quota=quota, period_seconds=period_seconds, burst=quota))
        await self.save(plan)
        return plan

    async def user(self, **values: Any) -> User:
        """A new person without a password."""
        user = newcomer(**values)
        await self.save(user)
        return user

    async def organization(
        self, *, credits: int = 1_000, plan: Plan | str | None = None, owner: User | None = None
    ) -> Organization:
        """A new organization with an owner and a credit account, on a plan without limits by default.

        The owner may be somebody who is not stored yet: one transaction stores them all.
        """
        person = owner or newcomer()
        organization = Organization(id=new_id(), name="Test organization")
        account = CreditAccount(organization_id=organization.id)
        membership = Membership(organization_id=organization.id, user_id=person.id, role="owner")
        async with transaction(self.resources.engine) as session:
            organization.plan_id = await plan_id_of(plan or "internal", session)
            session.add_all([person, organization])
            await session.flush()
            session.add_all([account, membership])
            await session.flush()
            if credits:
                await self.grant_in(session, organization.id, credits)
        return organization

    async def member(self, organization: Organization, user: User, *, role: str) -> None:
        """Let `user` belong to `organization`."""
        await self.save(Membership(organization_id=organization.id, user_id=user.id, role=role))

    async def invitation(self, organization: Organization, **values: Any) -> Invitation:
        """An open invitation to `organization`, sent by its owner."""
        inviter_id = values.pop("invited_by", None) or await self.owner_of(organization.id)
        row = Invitation(
            **{
                "organization_id": organization.id,
                "email": f"invited-{secrets.token_hex(8)}@example.org",
                "role": "developer",
                "invited_by": inviter_id,
                "digest": secrets.token_bytes(32),
                "expires_at": datetime.now(UTC) + timedelta(days=7),
                **values,
            }
        )
        await self.save(row)
        return row

    async def grant(self, organization_id: UUID, amount: int, **values: Any) -> CreditGrant:
        """Give credits that can be spent at once, with the ledger entry that explains them."""
        async with transaction(self.resources.engine) as session:
            return await self.grant_in(session, organization_id, amount, **values)

    async def grant_in(
        self, session: AsyncSession, organization_id: UUID, amount: int, **values: Any
    ) -> CreditGrant:
        """The same, in a transaction that does more."""
        settlement = build_settlement(session)
        book = await settlement.open_settled(organization_id)
        grant = lasting_grant(book, amount, GrantSource.PURCHASE, "test")
        grant.change(**values)
        session.add(grant)
        await session.flush()
        book.expect_change(grant.expires_at)
        book.move(LedgerKind.GRANT, amount, reason="test", grant_id=grant.id)
        await settlement.write(book)
        return grant

    async def let_change(self, grant_id: UUID, *, column: str) -> datetime:
        """Let a grant expire (`expires_at`) or begin (`effective_at`) at this very instant, which is told."""
        async with transaction(self.resources.engine) as session:
            grant = await session.get_one(CreditGrant, grant_id)
            account = await session.get_one(CreditAccount, grant.organization_id, with_for_update=True)
            instant: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
            grant.change(**{column: instant})
            account.next_change_at = instant
            return instant

    async def api_key(self, organization: Organization, **values: Any) -> IssuedApiKey:
        """A new key of `organization`, created by its owner, with every member scope by default."""
        owner_id = values.pop("created_by", None) or await self.owner_of(organization.id)
        issued = self.resources.api_key_secrets.issue(values.get("environment", "live"))
        row = ApiKey(
            **{
                "organization_id": organization.id,
                "created_by": owner_id,
                "environment": "live",
                "name": "Test key",
                "scopes": sorted(MEMBER_SCOPES),
                **values,
            },
            secrets=[
                ApiKeySecret(lookup_id=issued.lookup_id, digest=issued.digest, pepper_id=issued.pepper_id)
            ],
        )
        await self.save(row)
        return IssuedApiKey(row, issued.api_key, {"Authorization": f"Bearer {issued.api_key}"})

    async def service_key(self, *scopes: Scope) -> IssuedApiKey:
        """A key that may ask the gate: of a new organization of an operator, without limits."""
        organization = await self.organization(credits=0, owner=newcomer(is_operator=True))
        return await self.api_key(organization, scopes=[Scope.GATE_VERIFY, *scopes])

    async def caller(
        self, *, by: str = "session", credits: int = 1_000, plan: Plan | None = None, **user: Any
    ) -> Caller:
        """Someone new, in a new organization, calling by `session` (JWT) or by `api_key`."""
        person = newcomer(**user)
        organization = await self.organization(credits=credits, plan=plan, owner=person)
        if by == "session":
            return await self.session_caller(person, organization)
        key = await self.api_key(
            organization, scopes=sorted(Scope) if person.is_operator else sorted(MEMBER_SCOPES)
        )
        return Caller(organization.id, person.id, key.headers, key_id=key.row.id, credential=key.api_key)

    async def operator(self, *, by: str = "session") -> Caller:
        """A new operator."""
        return await self.caller(by=by, is_operator=True)

    async def session_caller(self, user: User, organization: Organization, **values: Any) -> Caller:
        """A new session of `user` in `organization`, authenticated now unless `values` say otherwise."""
        now = datetime.now(UTC)
        row = Session(
            **{
                "id": new_id(),
                "user_id": user.id,
                "organization_id": organization.id,
                "expires_at": now + timedelta(days=1),
                **values,
            }
        )
        await self.save(row)
        token = self.resources.access_tokens.issue(user.id, row.id, now)
        return Caller(
            organization.id,
            user.id,
            {"Authorization": f"Bearer {token}"},
            session_id=row.id,
            credential=token,
        )

    async def balance(self, organization_id: UUID) -> int:
        """The credits available now."""
        async with transaction(self.resources.engine) as session:
            query = select(CreditAccount.available).where(CreditAccount.organization_id == organization_id)
            return (await session.execute(query)).scalar_one()

    async def entries(self, organization_id: UUID) -> list[LedgerEntry]:
        """The organization's ledger, oldest first."""
        async with transaction(self.resources.engine) as session:
            query = (
                select(LedgerEntry)
                .where(LedgerEntry.organization_id == organization_id)
                .order_by(LedgerEntry.sequence)
            )
            return list(await session.scalars(query))

    async def get_organization(self, organization_id: UUID) -> Organization:
        """The organization of a caller."""
        async with transaction(self.resources.engine) as session:
            return await session.get_one(Organization, organization_id)

    async def get_user(self, user_id: UUID) -> User:
        """The person behind a caller."""
        async with transaction(self.resources.engine) as session:
            return await session.get_one(User, user_id)

    async def plan_named(self, name: str) -> Plan:
        """A plan that the migrations seeded."""
        async with transaction(self.resources.engine) as session:
            return (await session.scalars(select(Plan).where(Plan.name == name))).one()

    async def owner_of(self, organization_id: UUID) -> UUID:
        """The first owner."""
        async with transaction(self.resources.engine) as session:
            query = select(Membership.user_id).where(Membership.organization_id == organization_id)
            return (await session.scalars(query.order_by(Membership.created_at))).first()

    async def save(self, *rows: Any) -> None:
        """Commit new rows."""
        async with transaction(self.resources.engine) as session:
            session.add_all(rows)


async def plan_id_of(plan: Plan | str, session: AsyncSession) -> UUID:
    """The id of a plan, or of the one with this name."""
    if isinstance(plan, Plan):
        return plan.id
    return (await session.scalars(select(Plan.id).where(Plan.name == plan))).one()
