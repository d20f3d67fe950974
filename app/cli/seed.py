"""What an empty development database is filled with, in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.settlement_service import build_settlement
from app.cli.development_credentials import DevelopmentCredentials, DevelopmentPeople
from app.cli.secret_box import build_secret_box
from app.cli.trail import build_trail
from app.cli.users import build_hasher, build_registration
from app.core.api_key_secrets import ApiKeySecrets, random_text
from app.core.clock import system_clock
from app.core.database import create_engine, transaction
from app.core.passwords import PasswordHasher
from app.core.principal import Principal, PrincipalType
from app.core.scopes import Scope
from app.core.settings import Settings
from app.models import Membership, User
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.repositories.job_repository import JobRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.repositories.user_repository import UserRepository
from app.schemas.api_key import ApiKeyCreate
from app.schemas.credit import CreditGrantCreate
from app.services.api_key_service import ApiKeyService, KeyRules
from app.services.audit_service import AuditService
from app.services.grant_service import GrantService
from app.services.mail_service import MailService
from app.services.notice_service import NoticeService

OPERATOR_EMAIL = "operator@example.com"
OWNER_EMAIL = "owner@example.com"
OWNER_ORGANIZATION = "demo"
FIRST_CREDITS = 1_000
CUSTOMER_SCOPES = (Scope.BLOG_POSTS_READ, Scope.BLOG_POSTS_WRITE, Scope.CREDITS_READ)
SERVICE_SCOPES = (Scope.GATE_VERIFY,)

R = TypeVar("R")


def seed(settings: Settings) -> DevelopmentCredentials | None:
    """Fill the database, if nobody is in it; None: somebody is."""
    return asyncio.run(in_one_transaction(settings, lambda seeder: seeder.fill()))


def issue_new_keys(settings: Settings) -> DevelopmentCredentials | None:
    """Issue another customer key and service key; None: the people of development are gone."""
    return asyncio.run(in_one_transaction(settings, lambda seeder: seeder.issue_keys_again()))


async def in_one_transaction(settings: Settings, work: Callable[["Seeder"], Awaitable[R]]) -> R:
    """Do the work on a connection of its own."""
    engine = create_engine(settings.database, pool_size=1)
    hasher = build_hasher(settings.sessions)
    try:
        async with transaction(engine) as session:
            return await work(Seeder(session, settings, hasher, build_trail(session, engine, command="run")))
    finally:
        hasher.close()
        await engine.dispose()


def build_notices(session: AsyncSession, settings: Settings) -> NoticeService:
    """The service, wired by hand into this transaction."""
    mails = MailService(
        JobRepository(session, build_secret_box(settings)), public_url=str(settings.http.public_url)
    )
    return NoticeService(UserRepository(session), mails, client=None, clock=system_clock)


class Seeder:
    """Makes people, organizations, credits and keys with the services that the API uses."""

    def __init__(
        self, session: AsyncSession, settings: Settings, hasher: PasswordHasher, trail: AuditService
    ) -> None:
        plans, keys = PlanRepository(session), ApiKeyRepository(session)
        self._session = session
        self._users = UserRepository(session)
        self._people = build_registration(session, hasher, trail)
        self._grants = GrantService(build_settlement(session), CreditGrantRepository(session), trail)
        self._keys = ApiKeyService(
            keys,
            OrganizationRepository(session),
            plans,
            secrets=ApiKeySecrets(
                settings.secrets.peppers, current_pepper_id=settings.secrets.api_key_pepper_id
            ),
            rules=KeyRules(settings.keys.per_organization_max, frozenset(settings.keys.resource_scopes)),
            audit=trail,
            notices=build_notices(session, settings),
            clock=system_clock,
        )

    async def fill(self) -> DevelopmentCredentials | None:
        """The operator, a customer with an organization and credits, and a key for each; None: not empty."""
        if await self._session.scalar(select(User.id).limit(1)) is not None:
            return None
        people = DevelopmentPeople(OPERATOR_EMAIL, new_password(), OWNER_EMAIL, new_password())
        operator = await self._people.register_operator(OPERATOR_EMAIL, people.operator_password)
        owner = await self._people.register(
            OWNER_EMAIL, people.owner_password, organization_name=OWNER_ORGANIZATION
        )
        grant = CreditGrantCreate(
            organization_id=owner.organization_id, amount=FIRST_CREDITS, reason="Welcome"
        )
        await self._grants.grant(grant, granted_by=operator.user.id)
        return await self._issue_keys(operator.user, owner.user, people)

    async def issue_keys_again(self) -> DevelopmentCredentials | None:
        """Another key of each kind, beside the old ones; None: the people are gone."""
        operator = await self._users.find_by_email(OPERATOR_EMAIL)
        owner = await self._users.find_by_email(OWNER_EMAIL)
        if operator is None or owner is None:
            return None
        return await self._issue_keys(operator, owner, None)

    async def _issue_keys(
        self, operator: User, owner: User, people: DevelopmentPeople | None
    ) -> DevelopmentCredentials:
        customer = await self._issue("Development", CUSTOMER_SCOPES, owner)
        service = await self._issue("Development service", SERVICE_SCOPES, operator)
        return DevelopmentCredentials(customer, service, people)

    async def _issue(self, name: str, scopes: tuple[Scope, ...], creator: User) -> str:
        memberships = select(Membership.organization_id).where(Membership.user_id == creator.id)
        caller = Principal(
            type=PrincipalType.SESSION,
            organization_id=(await self._session.scalars(memberships)).one(),
            user_id=creator.id,
            scopes=frozenset(scopes),
            is_operator=creator.is_operator,
        )
        draft = ApiKeyCreate(name=name, scopes=scopes, metadata={}, limits=[])
        return (await self._keys.create(draft, caller)).api_key


def new_password() -> str:
    """A password of 119 random bits, which a double click selects whole."""
    return random_text(20)
