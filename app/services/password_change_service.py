"""A new password for who knows the current one."""

from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.exceptions import ConflictError, InvalidFieldError
from app.core.password_rules import PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR as LENGTH_MIN
from app.core.passwords import PasswordCheck
from app.core.person import Person
from app.core.security_notice import SecurityNotice
from app.repositories.user_repository import UserRepository
from app.schemas.password import PasswordChange
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.credential_service import CredentialService
from app.services.new_password_service import NewPasswordService
from app.services.notice_service import NoticeService
from app.services.password_proof_service import PasswordProofService

POINTER = "/new_password"


class PasswordChangeService:
    """Changes passwords, and ends all sessions but the one that does it."""

    def __init__(
        self,
        users: UserRepository,
        proofs: PasswordProofService,
        passwords: NewPasswordService,
        *,
        credentials: CredentialService,
        notices: NoticeService,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        self._users = users
        self._proofs = proofs
        self._passwords = passwords
        self._credentials = credentials
        self._notices = notices
        self._limits = limits
        self._audit = audit

    async def change(
        self, change: PasswordChange, person: Person, *, session_id: UUID, client: Client
    ) -> None:
        """Set a new password for who knows the current one.

        Raises:
            RateLimitedError: too many attempts; they count with those of signing in.
            InvalidFieldError: the current one is wrong or there is none, or the new one breaks a rule.
            ConflictError: another change was faster.
        """
        await self._limits.take(AuthAction.REAUTHENTICATE, account=person.email, address=client.address)
        old_hash = await self._prove(person, change.current_password.get_secret_value(), client)
        password = change.new_password.get_secret_value()
        new_hash = await self._passwords.hash(password, at_least=LENGTH_MIN, pointer=POINTER)
        user = await self._users.lock(person.id)
        if user.hashed_password != old_hash:
            raise ConflictError("The password has been changed meanwhile.")
        await self._credentials.set_password(user, password, new_hash, pointer=POINTER)
        await self._credentials.end_others(session_id, user_id=user.id)
        if change.revoke_api_keys:
            await self._credentials.revoke_api_keys(user.id)
        await self._notices.tell(SecurityNotice.PASSWORD_CHANGED, user.id)
        await self._audit.record(AuditAction.PASSWORD_CHANGED, target=f"user:{user.id}")

    async def _prove(self, person: Person, password: str, client: Client) -> str | None:
        stored = await self._proofs.find(person.email)
        check = await self._proofs.check(password, stored, account=person.email, address=client.address)
        if check is PasswordCheck.WRONG:
            await self._audit.record_apart(AuditAction.PASSWORD_CHANGED, outcome=AuditOutcome.FAILURE)
            raise InvalidFieldError("/current_password", "Is wrong.", code="wrong_password")
        return None if stored is None else stored.hash
