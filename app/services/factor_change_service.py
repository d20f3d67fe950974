"""What follows when somebody's factors change: recovery codes, sessions, the audit trail, a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core import recovery_codes
from app.core.audit import AuditAction
from app.core.exceptions import LastLoginMethodError, ShortPasswordAloneError
from app.core.security_notice import SecurityNotice
from app.models import User
from app.repositories.factor_repository import FactorCounts, FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.recovery_code_repository import RecoveryCodeRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService


@dataclass(frozen=True, slots=True)
class FactorChange:
    """One change, as it is told."""

    user_id: UUID
    action: AuditAction
    name: str
    """What the factor is called, for the mail."""
    target: str | None = None


class FactorChangeService:
    """Makes every change of factors end alike, whichever factor it is."""

    def __init__(
        self,
        users: UserRepository,
        factors: FactorRepository,
        recovery: RecoveryCodeRepository,
        sessions: SessionRepository,
        pending: PendingSignInRepository,
        *,
        audit: AuditService,
        notices: NoticeService,
    ) -> None:
        self._users = users
        self._factors = factors
        self._recovery = recovery
        self._sessions = sessions
        self._pending = pending
        self._audit = audit
        self._notices = notices

    async def lock(self, user_id: UUID) -> User:
        """Hold the user's factors: until the commit, nobody else changes them.

        Raises:
            NotFoundError: there is no such user.
        """
        return await self._users.lock(user_id)

    async def count(self, user_id: UUID) -> FactorCounts:
        """What the user has."""
        return await self._factors.count(user_id)

    async def added(self, change: FactorChange, *, session_id: UUID) -> list[str] | None:
        """Tell of a new factor; the recovery codes, shown now and never again, if there were none.

        The user's other sessions were opened without it: for what is sensitive they must prove it first.
        """
        await self._sessions.lower_assurance(change.user_id, but=session_id)
        await self._pending.delete_by_user(change.user_id)
        await self._tell(change, SecurityNotice.FACTOR_ADDED)
        if await self._recovery.count_unused(change.user_id):
            return None
        return await self._issue_codes(change.user_id)

    async def removed(self, change: FactorChange) -> None:
        """Tell of a factor that is gone; no session of the user is as sure as it was.

        Raises:
            LastLoginMethodError: nothing is left to sign in with.
            ShortPasswordAloneError: the password does only beside a second factor.
        """
        if not await self._factors.count_ways_to_sign_in(change.user_id):
            raise LastLoginMethodError
        await self._sessions.lower_assurance(change.user_id)
        await self._pending.delete_by_user(change.user_id)
        factors = await self._factors.count(change.user_id)
        if not factors.demands_second_factor:
            if factors.has_short_password:
                raise ShortPasswordAloneError
            await self._recovery.delete_by_user(change.user_id)
        await self._tell(change, SecurityNotice.FACTOR_REMOVED)

    async def renew_codes(self, user_id: UUID) -> list[str]:
        """Put new recovery codes in the place of the old ones, which are void from now on."""
        codes = await self._issue_codes(user_id)
        change = FactorChange(user_id, AuditAction.RECOVERY_CODES_RENEWED, "Recovery codes")
        await self._tell(change, SecurityNotice.RECOVERY_CODES_RENEWED)
        return codes

    async def _issue_codes(self, user_id: UUID) -> list[str]:
        codes = recovery_codes.new_codes()
        await self._recovery.replace(user_id, digests_of(codes, user_id))
        return codes

    async def _tell(self, change: FactorChange, notice: SecurityNotice) -> None:
        await self._audit.record(change.action, actor_id=change.user_id, target=change.target)
        await self._notices.tell(notice, change.user_id, subject=change.name)


def digests_of(codes: Sequence[str], user_id: UUID) -> list[bytes]:
    """What new codes are stored as."""
    return [digest for code in codes if (digest := recovery_codes.digest_of(code, user_id)) is not None]
