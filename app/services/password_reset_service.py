"""A new password for who has lost theirs, and the mailbox to prove it."""

from datetime import timedelta

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.mail import MailTemplate
from app.core.opaque_tokens import TokenPurpose
from app.core.password_rules import PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR as LENGTH_MIN
from app.core.password_rules import POINTER
from app.core.security_notice import SecurityNotice
from app.models import User
from app.repositories.one_time_token_repository import RedeemedToken
from app.repositories.user_repository import UserRepository
from app.schemas.password import PasswordResetByLink
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.credential_service import CredentialService
from app.services.mail_service import MailService
from app.services.new_password_service import NewPasswordService
from app.services.notice_service import RESET_PATH, NoticeService
from app.services.one_time_token_service import OneTimeTokenService

LIFETIME = timedelta(hours=1)
PURPOSE = TokenPurpose.PASSWORD_RESET


class PasswordResetService:
    """Sets passwords by mail. It signs nobody in: a second factor is asked for as at any sign-in."""

    def __init__(
        self,
        users: UserRepository,
        tokens: OneTimeTokenService,
        passwords: NewPasswordService,
        credentials: CredentialService,
        *,
        mails: MailService,
        notices: NoticeService,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._passwords = passwords
        self._credentials = credentials
        self._mails = mails
        self._notices = notices
        self._limits = limits
        self._audit = audit

    async def begin(self, email: str, client: Client) -> None:
        """Send a link to the address; one without an account is sent another mail, for the same work.

        Raises:
            RateLimitedError: too many attempts; taken before any work is done.
        """
        await self._limits.take(AuthAction.FORGOT_PASSWORD, account=email, address=client.address)
        user = await self._users.find_by_email(email)
        user_id = user.id if user is not None and user.is_active else None
        token = await self._tokens.issue(PURPOSE, user_id=user_id, email=email, lifetime=LIFETIME)
        if user_id is None:
            await self._mails.send(MailTemplate.PASSWORD_RESET_UNKNOWN, email)
        else:
            link = self._mails.link(RESET_PATH, token=token)
            await self._mails.send(MailTemplate.PASSWORD_RESET, email, link=link)
        target = None if user_id is None else f"user:{user_id}"
        await self._audit.record(AuditAction.PASSWORD_RESET_REQUESTED, target=target)

    async def finish(self, reset: PasswordResetByLink, client: Client) -> User | None:
        """Set the password of who has the link, and end all that rests on the old one; None refuses.

        The refusal is a value, because what is written about it must be kept.

        Raises:
            InvalidFieldError: the password breaks a rule; the link stays good.
            RateLimitedError: too many attempts.
        """
        await self._limits.take(AuthAction.RESET_PASSWORD, account=None, address=client.address)
        password = reset.password.get_secret_value()
        # Before the token is looked at: no connection is held meanwhile, and a wrong token costs as much.
        hashed_password = await self._passwords.hash(password, at_least=LENGTH_MIN)
        user = await self._find_owner(await self._tokens.redeem(PURPOSE, reset.token.get_secret_value()))
        if user is None:
            await self._audit.record(AuditAction.PASSWORD_RESET, outcome=AuditOutcome.FAILURE)
            return None
        await self._credentials.set_password(user, password, hashed_password, pointer=POINTER)
        await self._credentials.end_all(user.id)
        if reset.revoke_api_keys:
            await self._credentials.revoke_api_keys(user.id)
        await self._notices.tell(SecurityNotice.PASSWORD_RESET, user.id)
        await self._audit.record(AuditAction.PASSWORD_RESET, actor_id=user.id, target=f"user:{user.id}")
        return user

    async def _find_owner(self, proved: RedeemedToken | None) -> User | None:
        """Whose token this was, if they may still sign in."""
        if proved is None or proved.user_id is None:
            return None
        user = await self._users.lock(proved.user_id)
        return user if user.is_active else None
