"""How people come to be: with a password, an organization and a place in it, or not at all."""

from dataclasses import dataclass
from uuid import UUID

from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.password_rules import require_acceptable_password
from app.core.passwords import PasswordHasher
from app.core.roles import Role
from app.models import User
from app.repositories.membership_repository import MembershipRepository
from app.repositories.user_repository import UserRepository
from app.services.organization_service import OrganizationService

OPERATORS_PLAN = "internal"
OPERATORS_ORGANIZATION = "Operators"


@dataclass(frozen=True, slots=True)
class Registration:
    """A new person, and the organization they belong to."""

    user: User
    organization_id: UUID


class RegistrationService:
    """Registers people, each in one transaction.

    Addresses are given in their canonical form, and are known to be theirs: proved by mail, or vouched for by
    an operator.
    """

    def __init__(
        self,
        users: UserRepository,
        memberships: MembershipRepository,
        organizations: OrganizationService,
        hasher: PasswordHasher,
        *,
        clock: Clock,
    ) -> None:
        self._users = users
        self._memberships = memberships
        self._organizations = organizations
        self._hasher = hasher
        self._clock = clock

    async def find(self, email: str) -> User | None:
        """The person who has this address already."""
        return await self._users.find_by_email(email)

    async def register(
        self, email: str, password: str, *, organization_name: str | None = None
    ) -> Registration:
        """Register a person with an organization of their own, on the plan `free`.

        Raises:
            InvalidFieldError: the password breaks a rule.
            ConflictError: the address has an account already.
        """
        hashed_password = await self._hash(email, password)
        return await self.enrol(User(email=email, hashed_password=hashed_password), organization_name)

    async def enrol(self, user: User, organization_name: str | None = None) -> Registration:
        """Save a new person, with a password or without, and found the organization of their own.

        Raises:
            ConflictError: the address has an account already.
        """
        await self._save(user)
        organization = await self._organizations.create_personal(user, organization_name)
        return Registration(user, organization.id)

    async def register_operator(self, email: str, password: str) -> Registration:
        """Register an operator in the operators' own organization, which the first of them founds.

        Raises:
            InvalidFieldError: the password breaks a rule.
            ConflictError: the address has an account already.
        """
        organization_id = await self._memberships.lock_operators_organization(OPERATORS_PLAN)
        hashed_password = await self._hash(email, password)
        user = await self._save(User(email=email, hashed_password=hashed_password, is_operator=True))
        if organization_id is None:
            organization = await self._organizations.create(
                OPERATORS_ORGANIZATION, plan_name=OPERATORS_PLAN, owner_id=user.id
            )
            return Registration(user, organization.id)
        await self._memberships.join(user.id, organization_id=organization_id, role=Role.OWNER)
        return Registration(user, organization_id)

    async def _hash(self, email: str, password: str) -> str:
        require_acceptable_password(password, email=email)
        return await self._hasher.hash(password)

    async def _save(self, user: User) -> User:
        if await self._users.find_by_email(user.email) is not None:
            message = "There is an account with this e-mail address already."
            raise ConflictError(message)
        user.email_verified_at = self._clock()
        return await self._users.save(user)
