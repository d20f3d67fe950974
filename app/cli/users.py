"""`faregate create-user` and `faregate create-operator`: how people come to be."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.trail import build_trail
from app.core.audit import AuditAction
from app.core.clock import system_clock
from app.core.database import create_engine, transaction
from app.core.email_addresses import canonical_email
from app.core.exceptions import InvalidFieldError
from app.core.passwords import PasswordHasher
from app.core.settings import SessionSettings, Settings
from app.models import User
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.repositories.user_repository import UserRepository
from app.schemas.organization import OrganizationName
from app.services.audit_service import AuditService
from app.services.organization_service import OrganizationService
from app.services.registration_service import Registration, RegistrationService

RANDOM_PASSWORD_BYTES = 18
PASSWORD_LINE_BYTES_MAX = 4096

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="What they sign in with.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from a line of standard input.")
]
OrganizationOption = Annotated[
    str | None, typer.Option("--organization", metavar="NAME", help="What to call their organization.")
]
Register = Callable[[RegistrationService, str, str], Awaitable[Registration]]


def create_user(
    email: EmailArgument, *, password_stdin: PasswordOption = False, organization: OrganizationOption = None
) -> None:
    """Create a person with an organization of their own, on the plan "free"."""
    name = read_organization_name(organization)
    create(
        email,
        password=read_password() if password_stdin else None,
        register=lambda people, address, password: people.register(address, password, organization_name=name),
        command="create-user",
    )


def create_operator(email: EmailArgument, *, password_stdin: PasswordOption = False) -> None:
    """Create an operator, in the operators' own organization, on the plan "internal"."""
    existing = create(
        email,
        password=read_password() if password_stdin else None,
        register=lambda people, address, password: people.register_operator(address, password),
        command="create-operator",
    )
    if existing is not None and not existing.is_operator:
        message = f"{existing.email} is not an operator, and was not made one"
        raise CommandError(message)


def create(email: str, *, password: str | None, register: Register, command: str) -> User | None:
    """Create the account and say so, or return the one that the address has already, left as it is."""
    address = read_email(email)
    chosen = password or secrets.token_urlsafe(RANDOM_PASSWORD_BYTES)
    with database_at_hand() as settings:
        registration, existing = asyncio.run(
            register_once(settings, address, chosen, register, command=command)
        )
    if existing is not None:
        say(f"{address} has an account already. Nothing was changed.")
    if registration is not None:
        say(f"Created {address} in the organization {registration.organization_id}.")
        if password is None:
            say(f"Password (shown once): {chosen}")
    return existing


async def register_once(
    settings: Settings, address: str, password: str, register: Register, *, command: str
) -> tuple[Registration | None, User | None]:
    """Register in one transaction; or, if the address has an account, tell whose it is.

    Raises:
        CommandError: the password breaks a rule, or the database is not migrated.
    """
    engine = create_engine(settings.database, pool_size=1)
    hasher = build_hasher(settings.sessions)
    try:
        async with transaction(engine) as session:
            trail = build_trail(session, engine, command=command)
            people = build_registration(session, hasher, trail)
            existing = await people.find(address)
            if existing is not None:
                return None, existing
            registration = await register(people, address, password)
            await tell(trail, registration)
            return registration, None
    except InvalidFieldError as error:
        message = f"the password cannot be used: {error.problem}"
        raise CommandError(message) from None
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        hasher.close()
        await engine.dispose()


async def tell(trail: AuditService, registration: Registration) -> None:
    """Tell the audit trail who has come to be."""
    user = registration.user
    await trail.record(
        AuditAction.USER_CREATED,
        organization_id=registration.organization_id,
        target=f"user:{user.id}",
        details={"operator": user.is_operator},
    )


def build_registration(
    session: AsyncSession, hasher: PasswordHasher, trail: AuditService
) -> RegistrationService:
    """The service, wired by hand into this transaction."""
    organizations = OrganizationService(OrganizationRepository(session), PlanRepository(session), trail)
    return RegistrationService(
        UserRepository(session),
        MembershipRepository(session),
        organizations,
        hasher,
        clock=system_clock,
    )


def build_hasher(sessions: SessionSettings) -> PasswordHasher:
    """A hasher for the one password of a command."""
    return PasswordHasher(
        memory_kib=sessions.argon2_memory_kib,
        iterations=sessions.argon2_iterations,
        parallelism=sessions.argon2_parallelism,
        concurrency=1,
        queue_max=1,
    )


def read_email(text: str) -> str:
    """The address in its canonical form.

    Raises:
        CommandError: it is none.
    """
    try:
        return canonical_email(text)
    except ValueError as error:
        message = f"EMAIL {error}"
        raise CommandError(message) from None


def read_organization_name(text: str | None) -> str | None:
    """The name as it may be stored.

    Raises:
        CommandError: it may not.
    """
    if text is None:
        return None
    try:
        return TypeAdapter[str](OrganizationName).validate_python(text)
    except ValidationError:
        message = "--organization must have 1 to 100 characters"
        raise CommandError(message) from None


def read_password() -> str:
    """The first line of standard input, without its line break and otherwise as it is.

    Raises:
        CommandError: it is empty or no text.
    """
    line = sys.stdin.buffer.readline(PASSWORD_LINE_BYTES_MAX)
    try:
        password = line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        message = "the password on standard input is not UTF-8 text"
        raise CommandError(message) from None
    if not password:
        message = "there is no password on standard input"
        raise CommandError(message)
    return password
