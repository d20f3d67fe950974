"""Proving again who one is by a mailed code, for those who have nothing else to prove."""

from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.exceptions import ConflictError
from app.core.mail import MailTemplate
from app.core.opaque_tokens import TokenPurpose
from app.core.person import Person
from app.repositories.factor_repository import FactorRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.mail_service import MailService
from app.services.one_time_token_service import CODE_LIFETIME, OneTimeTokenService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SecondFactorChallenge, SignInService

PURPOSE = TokenPurpose.REAUTHENTICATION
STRONGER = "You have a stronger proof than a mailbox: your password, or a second factor."


class MailedProofService:
    """Mails codes to who signs in through a provider alone: the mailbox could set a password as well."""

    def __init__(
        self,
        users: UserRepository,
        factors: FactorRepository,
        tokens: OneTimeTokenService,
        mails: MailService,
        sign_in: SignInService,
        *,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        self._users = users
        self._factors = factors
        self._tokens = tokens
        self._mails = mails
        self._sign_in = sign_in
        self._limits = limits
        self._audit = audit

    async def begin(self, person: Person, client: Client) -> str:
        """Mail a code to the account's address; the handle is what it must come back with.

        Raises:
            RateLimitedError: too many were asked for; taken before any work is done.
            ConflictError: there is something better to prove.
        """
        await self._limits.take(AuthAction.MAIL_PROOF, account=person.email, address=client.address)
        await self._require_nothing_better(person.id)
        issued = await self._tokens.issue_with_code(
            PURPOSE, user_id=person.id, email=person.email, lifetime=CODE_LIFETIME
        )
        await self._mails.send(MailTemplate.REAUTHENTICATION, person.email, code=issued.code)
        return issued.handle

    async def finish(
        self, session_id: UUID, person: Person, *, handle: str, code: str, client: Client
    ) -> SessionTokens | SecondFactorChallenge | None:
        """Replace the session by a fresh one; None counts as a try, which must be kept.

        Raises:
            RateLimitedError: too many codes were tried.
            ConflictError: there is something better to prove by now.
            InvalidLoginError: the session has just ended.
        """
        await self._limits.take(AuthAction.SECOND_FACTOR, account=str(person.id), address=client.address)
        await self._require_nothing_better(person.id)
        proved = await self._tokens.redeem_code(PURPOSE, handle=handle, code=code)
        if proved is None or (proved.user_id, proved.email) != (person.id, person.email):
            await self._audit.record(
                AuditAction.REAUTHENTICATION_FAILED,
                target=f"user:{person.id}",
                outcome=AuditOutcome.FAILURE,
                details={"method": AuthMethod.MAILED_CODE},
            )
            return None
        methods = frozenset({AuthMethod.MAILED_CODE})
        return await self._sign_in.complete(person.id, client, methods=methods, renews=session_id)

    async def _require_nothing_better(self, user_id: UUID) -> None:
        user = await self._users.get(user_id)
        factors = await self._factors.count(user_id)
        if user.hashed_password is not None or factors.demands_second_factor:
            raise ConflictError(STRONGER)
