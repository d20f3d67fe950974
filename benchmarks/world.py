"""The small world: 100 customers, each with a key, a session and more credits than a run can take."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.cli.development_folder import new_encryption_key, new_pepper
from app.core.access_tokens import AccessTokens
from app.core.database import create_engine, transaction
from app.core.grant_source import GrantSource
from app.core.identifiers import new_id
from app.core.scopes import MEMBER_SCOPES, Scope
from app.core.settings import Settings
from app.main import (
    build_access_tokens,
    build_api_key_secrets,
    build_password_hasher,
    build_signing_keys,
)
from app.models import (
    ApiKey,
    ApiKeySecret,
    CreditAccount,
    CreditGrant,
    LedgerEntry,
    Membership,
    Organization,
    Plan,
    PlanLimit,
    Session,
    User,
)
from app.models.base import Base

CUSTOMERS = 100
CREDITS = 1_000_000_000
GRANTS = 1_000
PLAN_NAME = "benchmark"
QUOTA_PER_MINUTE = 1_000_000
"""A limit that is decided and stored for every request, and never reached."""
TOKEN_SECONDS = 3600
PASSWORD = "correct horse battery staple"
DISABLED_EMAIL = "disabled@example.org"
PASSWORDLESS_EMAIL = "passwordless@example.org"
INSERT_ORDER = (
    User,
    Plan,
    Organization,
    Membership,
    CreditAccount,
    CreditGrant,
    LedgerEntry,
    ApiKey,
    Session,
)
"""What is pointed at comes before what points; a key brings its secret."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the servers of one run share."""

    pepper: str
    encryption_key: str

    def environment(self, database_url: str) -> dict[str, str]:
        """The variables that set up Faregate as in production."""
        return {
            "DATABASE_URL": database_url,
            "FAREGATE_ENVIRONMENT": "production",
            "FAREGATE_SECRETS__API_KEY_PEPPER": self.pepper,
            "FAREGATE_SECRETS__ENCRYPTION_KEY": self.encryption_key,
            "FAREGATE_SESSIONS__ACCESS_TOKEN_SECONDS": str(TOKEN_SECONDS),
        }

    def settings(self, database_url: str) -> Settings:
        """The same for this process."""
        return Settings.model_validate(
            {
                "environment": "production",
                "database": {"url": database_url},
                "secrets": {
                    "api_key_pepper": self.pepper,
                    "encryption_key": self.encryption_key,
                },
                "sessions": {"access_token_seconds": TOKEN_SECONDS},
            }
        )


@dataclass(frozen=True, slots=True)
class World:
    """What callers need to know."""

    service_key: str
    keys: list[str]
    tokens: list[str]
    emails: list[str]
    """Of those who can sign in."""
    key_of_many_grants: str
    """Of an organization whose credits came in a thousand grants."""


def new_secrets() -> Secrets:
    """Secrets for one run."""
    return Secrets(new_pepper(), new_encryption_key())


def make_world(settings: Settings) -> World:
    """Fill a migrated, empty database."""
    return asyncio.run(make(settings))


async def make(settings: Settings) -> World:
    """Make all rows in one transaction."""
    engine = create_engine(settings.database, pool_size=1)
    try:
        access_tokens = build_access_tokens(settings)
        access_tokens.use(await build_signing_keys(settings, engine).load())
        hasher = build_password_hasher(settings.sessions)
        hashed_password = await hasher.hash(PASSWORD)
        hasher.close()
        async with transaction(engine) as session:
            internal = (await session.scalars(select(Plan).where(Plan.name == "internal"))).one()
            maker = WorldMaker(settings, access_tokens, internal.id, hashed_password)
            world = maker.make()
            for model in INSERT_ORDER:
                session.add_all(row for row in maker.rows if isinstance(row, model))
                await session.flush()
            return world
    finally:
        await engine.dispose()


class WorldMaker:
    """Makes the rows, and remembers them in `rows`."""

    def __init__(
        self, settings: Settings, access_tokens: AccessTokens, internal_plan_id: UUID, hashed_password: str
    ) -> None:
        self.rows: list[Base] = []
        self._key_secrets = build_api_key_secrets(settings.secrets)
        self._access_tokens = access_tokens
        self._internal_plan_id = internal_plan_id
        self._hashed_password = hashed_password
        self._now = datetime.now(UTC)

    def make(self) -> World:
        """The operator with the service key, and all customers."""
        limit = PlanLimit(name="minute", quota=QUOTA_PER_MINUTE, period_seconds=60, burst=QUOTA_PER_MINUTE)
        plan = Plan(id=new_id(), name=PLAN_NAME, limits=[limit])
        operator = User(
            id=new_id(), email="operator@example.org", email_verified_at=self._now, is_operator=True
        )
        self.rows += [plan, operator]
        house = self._organization("Operator", self._internal_plan_id, operator)
        service_key = self._key(house, operator, [Scope.GATE_VERIFY])
        customers = [self._customer(number, plan.id) for number in range(1, CUSTOMERS + 1)]
        self._outsiders()
        emails = [customer_email(number) for number in range(1, CUSTOMERS + 1)]
        keys, tokens = [key for key, _ in customers], [token for _, token in customers]
        return World(service_key, keys, tokens, emails, self._key_of_many_grants(plan.id))

    def _key_of_many_grants(self, plan_id: UUID) -> str:
        """The key of a customer who was given as many credits as the others, a little at a time."""
        user = User(id=new_id(), email="many-grants@example.org", email_verified_at=self._now)
        self.rows.append(user)
        organization = self._organization("Many grants", plan_id, user, credits=CREDITS, grants=GRANTS)
        return self._key(organization, user, sorted(MEMBER_SCOPES))

    def _outsiders(self) -> None:
        """Who cannot sign in: one who is disabled, and one without a password."""
        for email, values in (
            (DISABLED_EMAIL, {"is_active": False, "hashed_password": self._hashed_password}),
            (PASSWORDLESS_EMAIL, {}),
        ):
            self.rows.append(User(id=new_id(), email=email, email_verified_at=self._now, **values))

    def _customer(self, number: int, plan_id: UUID) -> tuple[str, str]:
        """The key and the access token of a new customer."""
        user = User(
            id=new_id(),
            email=customer_email(number),
            hashed_password=self._hashed_password,
            email_verified_at=self._now,
            full_name=f"Customer {number}",
        )
        self.rows.append(user)
        organization = self._organization(f"Customer {number}", plan_id, user, credits=CREDITS)
        session = Session(
            id=new_id(),
            user_id=user.id,
            organization_id=organization.id,
            expires_at=self._now + timedelta(days=1),
        )
        self.rows.append(session)
        token = self._access_tokens.issue(user.id, session.id, self._now)
        return self._key(organization, user, sorted(MEMBER_SCOPES)), token

    def _organization(
        self, name: str, plan_id: UUID, owner: User, *, credits: int = 0, grants: int = 1
    ) -> Organization:
        organization = Organization(id=new_id(), name=name, plan_id=plan_id)
        account = CreditAccount(
            organization_id=organization.id, available=credits, last_sequence=grants if credits else 0
        )
        if credits:
            account.next_change_at = self._now + timedelta(days=365)
        self.rows += [
            organization,
            Membership(organization_id=organization.id, user_id=owner.id, role="owner"),
            account,
        ]
        if credits:
            for number in range(1, grants + 1):
                self.rows += grant_rows(organization.id, credits // grants, number)
        return organization

    def _key(self, organization: Organization, creator: User, scopes: list[str]) -> str:
        issued = self._key_secrets.issue("live")
        secret = ApiKeySecret(lookup_id=issued.lookup_id, digest=issued.digest, pepper_id=issued.pepper_id)
        key = ApiKey(
            organization_id=organization.id,
            created_by=creator.id,
            environment="live",
            name="Benchmark",
            scopes=scopes,
            secrets=[secret],
        )
        self.rows.append(key)
        return issued.api_key


def customer_email(number: int) -> str:
    """What a customer signs in with."""
    return f"customer-{number}@example.org"


def grant_rows(organization_id: UUID, amount: int, number: int) -> list[CreditGrant | LedgerEntry]:
    """One of the grants of an account, with the entry that explains it; each expires some day."""
    now = datetime.now(UTC)
    grant = CreditGrant(
        id=new_id(),
        organization_id=organization_id,
        amount=amount,
        remaining=amount,
        source=GrantSource.PURCHASE,
        priority=number % 100,
        effective_at=now,
        expires_at=now + timedelta(days=365 + number),
        entered_at=now,
        reason="benchmark",
    )
    entry = LedgerEntry(
        organization_id=organization_id,
        sequence=number,
        kind="grant",
        amount=amount,
        balance_after=amount * number,
        moved=amount,
        reason="benchmark",
        grant_id=grant.id,
    )
    return [grant, entry]
