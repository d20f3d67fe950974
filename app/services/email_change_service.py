"""Another address for an account: nothing changes before it is proved, and the old one is told."""

from datetime import timedelta

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import ConflictError, InvalidFieldError, InvalidOneTimeTokenError
from app.core.mail import MailTemplate
from app.core.opaque_tokens import TokenPurpose
from app.core.person import Person
from app.core.security_notice import SecurityNotice
from app.models import User
from app.repositories.one_time_token_repository import RedeemedToken
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.mail_service import MailService
from app.services.notice_service import NoticeService
from app.services.one_time_token_service import OneTimeTokenService

LIFETIME = timedelta(hours=24)
PATH = "/account/email"
PURPOSE = TokenPurpose.EMAIL_CHANGE


class EmailChangeService:
    """Changes addresses. Only the account that asked can confirm, wherever the link has gone."""

    def __init__(
        self,
        users: UserRepository,
        tokens: OneTimeTokenService,
        mails: MailService,
        notices: NoticeService,
        *,
        limits: AuthLimits,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._mails = mails
        self._notices = notices
        self._limits = limits
        self._audit = audit
        self._clock = clock

    async def begin(self, person: Person, email: str, client: Client) -> str:
        """Send a link and a code to the new address and a warning to the old one; the code's handle.

        An address that has an account is sent another mail, and its asker the same answer for the same work.

        Raises:
            RateLimitedError: too many attempts; taken before any work is done.
            InvalidFieldError: it is the account's address already.
        """
        await self._limits.take(AuthAction.CHANGE_EMAIL, account=email, address=client.address)
        if email == person.email:
            raise InvalidFieldError(
                "/email", "Must be another address than the present one.", code="same_email"
            )
        issued = await self._tokens.issue_with_code(
            PURPOSE, user_id=person.id, email=email, lifetime=LIFETIME
        )
        if await self._users.find_by_email(email) is None:
            link = self._mails.link(PATH, token=issued.token)
            await self._mails.send(MailTemplate.EMAIL_CHANGE, email, link=link, code=issued.code)
        else:
            await self._mails.send(MailTemplate.EMAIL_CHANGE_KNOWN, email)
        await self._notices.tell_address(SecurityNotice.EMAIL_CHANGE_REQUESTED, person.email)
        await self._audit.record(AuditAction.EMAIL_CHANGE_REQUESTED, target=f"user:{person.id}")
        return issued.handle

    async def confirm_by_link(self, token: str, person: Person, client: Client) -> User | None:
        """Change the address of who has the link; None refuses, and what it changed must be kept.

        Raises:
            RateLimitedError: too many attempts.
            InvalidOneTimeTokenError: somebody else was given the address at this very moment.
        """
        await self._limits.take(AuthAction.VERIFY_EMAIL, account=None, address=client.address)
        return await self._confirm(await self._tokens.redeem(PURPOSE, token), person)

    async def confirm_by_code(self, handle: str, code: str, person: Person, client: Client) -> User | None:
        """Change the address of who has the code and its handle; None counts as a try, which must be kept.

        Raises:
            RateLimitedError: too many attempts.
            InvalidOneTimeTokenError: somebody else was given the address at this very moment.
        """
        await self._limits.take(AuthAction.VERIFY_EMAIL, account=str(person.id), address=client.address)
        return await self._confirm(await self._tokens.redeem_code(PURPOSE, handle=handle, code=code), person)

    async def _confirm(self, proved: RedeemedToken | None, person: Person) -> User | None:
        # The user is compared, because whoever reads that mailbox may be signed in to another account.
        if proved is None or proved.user_id != person.id or await self._users.find_by_email(proved.email):
            await self._audit.record(AuditAction.EMAIL_CHANGED, outcome=AuditOutcome.FAILURE)
            return None
        user = await self._users.lock(person.id)
        old_email = user.email
        user.change(email=proved.email, email_verified_at=self._clock())
        try:
            await self._users.save(user)
        except ConflictError as error:
            raise InvalidOneTimeTokenError from error
        await self._tokens.revoke_all(user.id)
        for address in (old_email, user.email):
            await self._notices.tell_address(SecurityNotice.EMAIL_CHANGED, address)
        await self._audit.record(AuditAction.EMAIL_CHANGED, target=f"user:{user.id}")
        return user
