"""One key's verdict, decided with the ORM inside the request's transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.admission import Code, Verdict, organization_subject
from app.core.api_key_secrets import ApiKeySecrets, parse
from app.core.gcra import MICROSECONDS, Quota, Take
from app.core.identifiers import new_id
from app.core.principal import Principal, PrincipalType
from app.core.scopes import OPERATOR_SCOPES
from app.models import (
    ApiKey,
    ApiKeySecret,
    ChargeId,
    CreditAccount,
    LedgerEntry,
    Organization,
    PlanLimit,
    RateLimitState,
    User,
)
from app.schemas.verification import VerifyRequest


@dataclass(slots=True)
class FoundKey:
    """A key whose secret is the right one, with who stands behind it."""

    key: ApiKey
    secret: ApiKeySecret
    organization: Organization
    creator: User

    @property
    def scopes(self) -> frozenset[str]:
        """What the key may do."""
        scopes = frozenset(self.key.scopes)
        return scopes if self.creator.is_operator else scopes - OPERATOR_SCOPES

    def refusal(self) -> Code | None:
        """Why the key is not usable; None when it is."""
        now = datetime.now(UTC)
        key = self.key
        if key.revoked_at is not None or (
            self.secret.retired_at is not None and self.secret.retired_at <= now
        ):
            return Code.REVOKED
        if not (key.enabled and self.creator.is_active and self.organization.is_active):
            return Code.DISABLED
        if key.expires_at is not None and key.expires_at <= now:
            return Code.EXPIRED
        return None

    def principal(self) -> Principal:
        """Who the key stands for."""
        return Principal(
            PrincipalType.API_KEY,
            self.key.organization_id,
            self.key.created_by,
            self.scopes,
            key_id=self.key.id,
            is_operator=self.creator.is_operator,
            metadata=self.key.attributes,
        )


class LimitTake(NamedTuple):
    """What a limit answers, and the row that stores it."""

    subject: str
    state: RateLimitState | None
    take: Take


async def find_key(session: AsyncSession, text: str, secrets: ApiKeySecrets) -> FoundKey | None:
    """Read a key by the string that was presented; None when there is none or the secret is wrong."""
    presented = parse(text)
    if presented is None:
        return None
    query = (
        select(ApiKey, ApiKeySecret, Organization, User)
        .join(ApiKeySecret, ApiKeySecret.api_key_id == ApiKey.id)
        .join(Organization, Organization.id == ApiKey.organization_id)
        .join(User, User.id == ApiKey.created_by)
        .where(ApiKeySecret.lookup_id == presented.lookup_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    key, secret, organization, creator = row
    if not secrets.matches(presented, digest=secret.digest, pepper_id=secret.pepper_id):
        return None
    return FoundKey(key, secret, organization, creator)


async def decide(session: AsyncSession, question: VerifyRequest, secrets: ApiKeySecrets) -> Verdict:
    """Check the key, then lock the account, then take limits and credits, or neither."""
    found = await find_key(session, question.key, secrets)
    if found is None:
        return Verdict(Code.NOT_FOUND)
    principal = found.principal()
    account = await session.get_one(CreditAccount, found.key.organization_id, with_for_update=True)
    refusal = found.refusal() or refusal_of_use(found, question)
    if refusal is not None:
        return Verdict(refusal, principal, 0, account.available)
    if question.charge_id is not None:
        past = await find_past_charge(session, found.key, question.charge_id)
        if past is not None:
            same = (past.api_key_id, past.cost) == (found.key.id, question.cost)
            code = Code.VALID if same else Code.CHARGE_ID_REUSED
            return Verdict(code, principal, 0, account.available, charge_id=question.charge_id)
    taken = await take_limits(session, found, question)
    takes = [each.take for each in taken]
    if any(take.exceeded for take in takes):
        return Verdict(Code.RATE_LIMITED, principal, 0, account.available, takes)
    cost = 0 if found.key.environment == "test" else question.cost
    if account.available < cost or not await within_cap(session, found.key, cost):
        return Verdict(Code.INSUFFICIENT_CREDITS, principal, 0, account.available, takes)
    fill(session, taken)
    if cost:
        charge(session, account, found.key, question)
    return Verdict(Code.VALID, principal, cost, account.available, takes, question.charge_id)


def refusal_of_use(found: FoundKey, question: VerifyRequest) -> Code | None:
    """Why the key may not be used for this, from there; None when it may."""
    allowed: Any = found.key.allowed_cidrs  # read as networks
    if allowed is not None and not (question.ip and any(question.ip in network for network in allowed)):
        return Code.FORBIDDEN
    return None if found.scopes.issuperset(question.scopes) else Code.INSUFFICIENT_SCOPE


async def find_past_charge(session: AsyncSession, key: ApiKey, charge_id: str) -> ChargeId | None:
    """What the charge id stands for already."""
    return await session.get(ChargeId, (key.organization_id, charge_id))


async def take_limits(session: AsyncSession, found: FoundKey, question: VerifyRequest) -> list[LimitTake]:
    """Ask every limit of the plan, or those that are named; the database's clock says when it is."""
    plan_id = found.key.plan_id or found.organization.plan_id
    subject = organization_subject(found.key.organization_id)
    query = (
        select(PlanLimit, func.clock_timestamp()).where(PlanLimit.plan_id == plan_id).order_by(PlanLimit.name)
    )
    weights = None if question.limits is None else {use.name: use.cost for use in question.limits}
    taken = []
    for limit, now in (await session.execute(query)).all():
        if weights is None or limit.name in weights:
            state = await session.get(RateLimitState, (subject, limit.name), with_for_update=True)
            quota = Quota(limit.name, limit.quota, limit.period_seconds, limit.burst)
            weight = 1 if weights is None else weights[limit.name]
            now_us = int(now.timestamp() * MICROSECONDS)
            taken.append(LimitTake(subject, state, quota.take(state.tat_us if state else 0, weight, now_us)))
    return taken


async def within_cap(session: AsyncSession, key: ApiKey, cost: int) -> bool:
    """Count the charge against the key's own cap, if it has one and it suffices."""
    if key.credit_cap is None:
        return True
    await session.refresh(key, ["credits_spent"], with_for_update=True)
    if key.credits_spent + cost > key.credit_cap:
        return False
    key.credits_spent += cost
    return True


def fill(session: AsyncSession, taken: list[LimitTake]) -> None:
    """Store how much of each limit is used now."""
    for subject, state, take in taken:
        if state is None:
            session.add(RateLimitState(subject=subject, name=take.quota.name, tat_us=take.tat_us))
        else:
            state.tat_us = take.tat_us


def charge(session: AsyncSession, account: CreditAccount, key: ApiKey, question: VerifyRequest) -> None:
    """Take the credits, with the ledger entry that explains it."""
    account.available -= question.cost
    account.burned += question.cost
    account.last_sequence += 1
    entry = LedgerEntry(
        id=new_id(),
        organization_id=key.organization_id,
        sequence=account.last_sequence,
        kind="charge",
        amount=-question.cost,
        balance_after=account.balance,
        moved=question.cost,
        position=account.burned,
        reason="verify",
        charge_id=question.charge_id,
        api_key_id=key.id,
    )
    session.add(entry)
    if question.charge_id is not None:
        session.add(
            ChargeId(
                organization_id=key.organization_id,
                charge_id=question.charge_id,
                api_key_id=key.id,
                cost=question.cost,
                available_after=account.available,
                entry_id=entry.id,
            )
        )
