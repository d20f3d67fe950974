"""Signing in with an e-mail address and a password."""

from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome
from app.core.auth_action import AuthAction
from app.core.auth_method import AuthMethod
from app.core.client import Client
from app.core.exceptions import InvalidLoginError, OverloadedError
from app.core.passwords import PasswordCheck, PasswordHasher
from app.core.person import Person
from app.repositories.user_repository import OpenUsers, StoredPassword
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits, account_bucket
from app.services.password_proof_service import PasswordProofService
from app.services.session_tokens import SessionTokens
from app.services.sign_in_service import SecondFactorChallenge, SignInService


class AuthService:
    """Lets people in, and tells those it does not let in nothing about why."""

    def __init__(
        self,
        open_users: OpenUsers,
        sign_in: SignInService,
        *,
        hasher: PasswordHasher,
        proofs: PasswordProofService,
        limits: AuthLimits,
        audit: AuditService,
    ) -> None:
        # Transactions of their own: no connection is held while a password is compared or waits for its turn.
        self._open_users = open_users
        self._sign_in = sign_in
        self._hasher = hasher
        self._proofs = proofs
        self._limits = limits
        self._audit = audit

    async def login(self, email: str, password: str, client: Client) -> SessionTokens | SecondFactorChallenge:
        """Let in who knows the password, as far as that leads. The address is given in its canonical form.

        Raises:
            RateLimitedError: too many attempts; taken before any work is done.
            InvalidLoginError: no such account, wrong password, no password, disabled: all the same.
            OverloadedError: too many passwords are waiting to be compared.
        """
        await self._limits.take(AuthAction.LOGIN, account=email, address=client.address)
        user = await self._authenticate(email, password, client, failure=AuditAction.SIGN_IN_FAILED)
        return await self._sign_in.complete(user.user_id, client, methods=frozenset({AuthMethod.PASSWORD}))

    async def reauthenticate(
        self, session_id: UUID, person: Person, password: str, client: Client
    ) -> SessionTokens | SecondFactorChallenge:
        """Replace a session by a fresh one for who proves again to know the password, as far as that leads.

        Raises:
            RateLimitedError: too many attempts; they count with those of signing in.
            InvalidLoginError: wrong password, or none.
            OverloadedError: too many passwords are waiting to be compared.
        """
        await self._limits.take(AuthAction.REAUTHENTICATE, account=person.email, address=client.address)
        await self._authenticate(person.email, password, client, failure=AuditAction.REAUTHENTICATION_FAILED)
        return await self._sign_in.complete(
            person.id, client, methods=frozenset({AuthMethod.PASSWORD}), renews=session_id
        )

    async def _authenticate(
        self, email: str, password: str, client: Client, *, failure: AuditAction
    ) -> StoredPassword:
        stored = await self._proofs.find(email)
        # Whatever is known by now, the comparison is made: its time must not tell.
        check = await self._proofs.check(password, stored, account=email, address=client.address)
        if stored is None or check is PasswordCheck.WRONG or not stored.is_active:
            await self._tell_failure(failure, email, stored)
            raise InvalidLoginError
        if check is PasswordCheck.RIGHT_BUT_OUTDATED:
            await self._rehash(stored, password)
        return stored

    async def _tell_failure(self, action: AuditAction, email: str, stored: StoredPassword | None) -> None:
        # Apart, because the refusal undoes the request's transaction; after the limits, so that a flood of
        # attempts is no flood of events. What was typed may be anything, a password too: only a digest stays.
        await self._audit.record_apart(
            action,
            target=None if stored is None else f"user:{stored.user_id}",
            outcome=AuditOutcome.FAILURE,
            details={"account": account_bucket(email)},
        )

    async def _rehash(self, stored: StoredPassword, password: str) -> None:
        if stored.hash is None:
            return
        try:
            renewed = await self._hasher.hash(password)
        except OverloadedError:
            # The next login does it: who knows the password is not turned away for our convenience.
            return
        async with self._open_users() as users:
            await users.replace_password_hash(stored.user_id, old=stored.hash, new=renewed)
