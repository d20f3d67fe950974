"""Authenticators that show codes: enrolled with a QR code, confirmed by a code, asked for one ever after."""

from dataclasses import dataclass
from uuid import UUID

from app.core import totp
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import ConflictError, InvalidFieldError, NotFoundError
from app.core.person import Person
from app.core.secret_box import SecretBox
from app.repositories.totp_credential_repository import TotpCredentialRepository
from app.services.auth_limits import AuthLimits
from app.services.factor_change_service import FactorChange, FactorChangeService

FAILURES_MAX = 100
"""NIST SP 800-63B-4, section 3.2.2: after so many wrong codes in a row this authenticator proves nothing,
until another second factor has been proved."""
NAME = "Authenticator app"


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """What an authenticator needs to know: shown once, never stored as it is."""

    secret: str
    otpauth_uri: str
    qr_code_svg: str


class TotpService:
    """Enrols, confirms, asks and removes a person's authenticator."""

    def __init__(
        self,
        credentials: TotpCredentialRepository,
        changes: FactorChangeService,
        *,
        limits: AuthLimits,
        secret_box: SecretBox,
        issuer: str,
        clock: Clock,
    ) -> None:
        self._credentials = credentials
        self._changes = changes
        self._limits = limits
        self._secret_box = secret_box
        self._issuer = issuer
        self._clock = clock

    async def enrol(self, person: Person) -> TotpEnrolment:
        """Make a new secret; until a code confirms it, it counts for nothing, and may be replaced by another.

        Raises:
            ConflictError: there is a confirmed authenticator already.
        """
        secret = totp.new_secret()
        sealed = self._secret_box.seal(secret, purpose=totp.SECRET_PURPOSE)
        if not await self._credentials.replace_unconfirmed(person.id, sealed):
            message = "You have an authenticator already. Remove it first."
            raise ConflictError(message)
        uri = totp.provisioning_uri(secret, account=person.email, issuer=self._issuer)
        return TotpEnrolment(totp.to_base32(secret), uri, totp.qr_code_svg(uri))

    async def confirm(
        self, user_id: UUID, code: str, *, session_id: UUID, client: Client
    ) -> list[str] | None:
        """Let the new authenticator count from now on; the recovery codes, if there were none.

        Raises:
            RateLimitedError: too many codes were tried.
            ConflictError: there is none that waits to be confirmed.
            InvalidFieldError: it does not show this code.
        """
        await self._limits.take(AuthAction.SECOND_FACTOR, account=str(user_id), address=client.address)
        await self._changes.lock(user_id)
        credential = await self._credentials.find_by_user(user_id)
        if credential is None or credential.confirmed_at is not None:
            message = "There is no new authenticator to confirm."
            raise ConflictError(message)
        now, sealed = self._clock(), credential.sealed_secret
        step = totp.find_step(self._secret_box.open(sealed, purpose=totp.SECRET_PURPOSE), code, now)
        if step is None or not await self._credentials.confirm(credential.id, sealed, step=step, now=now):
            detail = "Must be the code that the authenticator shows now."
            raise InvalidFieldError("/code", detail, code="code_wrong")
        change = FactorChange(user_id, AuditAction.TOTP_ADDED, NAME)
        return await self._changes.added(change, session_id=session_id)

    async def prove(self, user_id: UUID, code: str) -> bool:
        """Whether the user's authenticator shows this code, and it has not been used; it is used now."""
        credential = await self._credentials.find_by_user(user_id)
        if credential is None or credential.confirmed_at is None or credential.failures >= FAILURES_MAX:
            return False
        secret = self._secret_box.open(credential.sealed_secret, purpose=totp.SECRET_PURPOSE)
        step = totp.find_step(secret, code, self._clock())
        if step is None or not await self._credentials.accept(credential.id, step=step):
            await self._credentials.count_failure(credential.id)
            return False
        return True

    async def remove(self, user_id: UUID) -> None:
        """Forget the authenticator.

        Raises:
            NotFoundError: there is none.
        """
        await self._changes.lock(user_id)
        if not await self._credentials.delete_by_user(user_id):
            raise NotFoundError(self._credentials.noun)
        await self._changes.removed(FactorChange(user_id, AuditAction.TOTP_REMOVED, NAME))
