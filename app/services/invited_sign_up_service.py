"""Signing up through an invitation: whoever can read the invited address has proved it."""

from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.exceptions import ConflictError, SignUpClosedError
from app.core.password_rules import require_unrelated
from app.core.sign_up_policy import SignUpPolicy
from app.models import User
from app.schemas.sign_up import NewAccount
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.invitation_answer_service import InvitationAnswerService
from app.services.new_password_service import NewPasswordService
from app.services.registration_service import RegistrationService


class InvitedSignUpService:
    """Makes accounts for people whom a member has invited."""

    def __init__(
        self,
        answers: InvitationAnswerService,
        people: RegistrationService,
        passwords: NewPasswordService,
        *,
        limits: AuthLimits,
        audit: AuditService,
        policy: SignUpPolicy,
    ) -> None:
        self._answers = answers
        self._people = people
        self._passwords = passwords
        self._limits = limits
        self._audit = audit
        self._policy = policy

    async def sign_up(self, token: str, account: NewAccount, client: Client) -> User:
        """Make the account of the invited address, with an organization of its own and the offered place.

        Raises:
            RateLimitedError: too many attempts.
            SignUpClosedError: nobody may sign up.
            InvalidFieldError: the password breaks a rule; the invitation stays good.
            InvalidOneTimeTokenError: there is no such invitation, or no longer.
            ConflictError: the address has an account; the invitation stays good.
        """
        await self._limits.take(AuthAction.ACCEPT_INVITATION, account=None, address=client.address)
        if self._policy is SignUpPolicy.CLOSED:
            raise SignUpClosedError
        # Before the token is looked at: nothing is locked meanwhile, and a wrong token costs as much.
        password = account.password.get_secret_value()
        hashed_password = await self._passwords.hash(password)
        place = await self._answers.take(token)
        if await self._people.find(place.email) is not None:
            message = "This address has an account. Sign in with it and accept the invitation."
            raise ConflictError(message)
        require_unrelated(password, email=place.email)
        user = User(email=place.email, full_name=account.full_name, hashed_password=hashed_password)
        registration = await self._people.enrol(user, account.organization_name)
        await self._answers.settle(place, user.id)
        await self._audit.record(
            AuditAction.SIGNED_UP,
            actor_id=user.id,
            organization_id=registration.organization_id,
            target=f"user:{user.id}",
        )
        return registration.user
