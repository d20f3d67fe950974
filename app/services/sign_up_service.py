"""Signing up: an address is proved first, and only who proves it sets anything (SEC-13)."""

from datetime import timedelta

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.exceptions import ConflictError, InvalidOneTimeTokenError, SignUpClosedError
from app.core.mail import MailTemplate
from app.core.opaque_tokens import TokenPurpose
from app.core.password_rules import require_unrelated
from app.core.sign_up_policy import SignUpPolicy
from app.models import User
from app.repositories.one_time_token_repository import RedeemedToken
from app.schemas.sign_up import NewAccount
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.mail_service import MailService
from app.services.new_password_service import NewPasswordService
from app.services.notice_service import RESET_PATH
from app.services.one_time_token_service import OneTimeTokenService
from app.services.registration_service import RegistrationService

LIFETIME = timedelta(hours=24)
PATH = "/account/sign-up"
PURPOSE = TokenPurpose.SIGN_UP


class SignUpService:
    """Makes accounts for people who prove that an address is theirs.

    Before the proof there is no account: nothing that a stranger could have prepared, and nothing to sign in
    to. Whoever asks again voids what was sent before.
    """

    def __init__(
        self,
        tokens: OneTimeTokenService,
        people: RegistrationService,
        passwords: NewPasswordService,
        mails: MailService,
        *,
        limits: AuthLimits,
        audit: AuditService,
        policy: SignUpPolicy,
    ) -> None:
        self._tokens = tokens
        self._people = people
        self._passwords = passwords
        self._mails = mails
        self._limits = limits
        self._audit = audit
        self._policy = policy

    async def begin(self, email: str, client: Client) -> str:
        """Send a link and a code to the address; the handle is what the code must come back with.

        An address with an account gets another mail, and its asker the same answer for the same work.

        Raises:
            SignUpClosedError: not everybody may sign up.
            RateLimitedError: too many attempts; taken before any work is done.
        """
        await self._limits.take(AuthAction.SIGN_UP, account=email, address=client.address)
        self._require_open()
        issued = await self._tokens.issue_with_code(PURPOSE, user_id=None, email=email, lifetime=LIFETIME)
        if await self._people.find(email) is None:
            link = self._mails.link(PATH, token=issued.token)
            await self._mails.send(MailTemplate.SIGN_UP, email, link=link, code=issued.code)
        else:
            await self._mails.send(MailTemplate.SIGN_UP_KNOWN, email, link=self._mails.link(RESET_PATH))
        await self._audit.record(AuditAction.SIGN_UP_REQUESTED)
        return issued.handle

    async def finish_by_link(self, token: str, account: NewAccount, client: Client) -> User | None:
        """Make the account for who has the link; None refuses, and what it changed must be kept.

        Raises:
            SignUpClosedError: not everybody may sign up.
            InvalidOneTimeTokenError: the address got an account another way at this very moment.
            InvalidFieldError: the password breaks a rule; the link stays good.
            RateLimitedError: too many attempts.
        """
        hashed_password = await self._prepare(account, client, handle=None)
        proved = await self._tokens.redeem(PURPOSE, token)
        return await self._finish(proved, account, hashed_password)

    async def finish_by_code(
        self, handle: str, code: str, account: NewAccount, client: Client
    ) -> User | None:
        """Make the account for who has the code and its handle; None counts as a try, which must be kept.

        Raises:
            SignUpClosedError: not everybody may sign up.
            InvalidOneTimeTokenError: the address got an account another way at this very moment.
            InvalidFieldError: the password breaks a rule; the code stays good.
            RateLimitedError: too many attempts.
        """
        hashed_password = await self._prepare(account, client, handle=handle)
        proved = await self._tokens.redeem_code(PURPOSE, handle=handle, code=code)
        return await self._finish(proved, account, hashed_password)

    def _require_open(self) -> None:
        if self._policy is not SignUpPolicy.OPEN:
            raise SignUpClosedError

    async def _prepare(self, account: NewAccount, client: Client, *, handle: str | None) -> str:
        await self._limits.take(AuthAction.VERIFY_EMAIL, account=handle, address=client.address)
        self._require_open()
        # Before the token is looked at: no connection is held meanwhile, and a wrong token costs as much.
        return await self._passwords.hash(account.password.get_secret_value())

    async def _finish(
        self, proved: RedeemedToken | None, account: NewAccount, hashed_password: str
    ) -> User | None:
        # The address may have got an account another way since it was asked for.
        if proved is None or await self._people.find(proved.email) is not None:
            await self._audit.record(AuditAction.SIGNED_UP, outcome=AuditOutcome.FAILURE)
            return None
        require_unrelated(account.password.get_secret_value(), email=proved.email)
        user = User(email=proved.email, full_name=account.full_name, hashed_password=hashed_password)
        try:
            registration = await self._people.enrol(user, account.organization_name)
        except ConflictError as error:
            raise InvalidOneTimeTokenError from error
        await self._audit.record(
            AuditAction.SIGNED_UP,
            actor_id=user.id,
            organization_id=registration.organization_id,
            target=f"user:{user.id}",
        )
        return registration.user
