"""What operators do for people who have lost all their factors."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.principal import Principal
from app.core.security_notice import SecurityNotice
from app.repositories.factor_repository import FactorRepository
from app.repositories.pending_sign_in_repository import PendingSignInRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService


class FactorResetService:
    """Takes factors from accounts whose owners cannot prove them any more."""

    def __init__(
        self,
        users: UserRepository,
        factors: FactorRepository,
        pending: PendingSignInRepository,
        sessions: SessionRepository,
        *,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._users = users
        self._factors = factors
        self._pending = pending
        self._sessions = sessions
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def reset(self, user_id: UUID, caller: Principal) -> None:
        """Take every second factor from a person, and end their sessions; they are told by mail.

        What is left to sign in with is the password, if it is long enough to be alone, an identity at a
        provider, or a new password by mail. That the person is who they say is for the operator to know.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: it is the caller, who would get around proving their own.
        """
        user = await self._users.lock(user_id)
        if user_id == caller.user_id:
            raise ConflictError("This is yourself. Remove your own factors after proving who you are.")
        await self._factors.forget_all(user_id)
        await self._pending.delete_by_user(user_id)
        await self._sessions.revoke_all_by_user(user_id, self._clock())
        await self._audit.record(AuditAction.FACTORS_RESET, target=f"user:{user.id}")
        await self._notices.tell(SecurityNotice.FACTORS_RESET, user_id)
