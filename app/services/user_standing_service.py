"""What operators do to people: keep them out, let them in, end their sessions."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.principal import Principal
from app.core.security_notice import SecurityNotice
from app.models import User
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.services.audit_service import AuditService, Detail
from app.services.notice_service import NoticeService


class UserStandingService:
    """Everything here acts on the person's very next request, with whatever credential."""

    def __init__(
        self,
        users: UserRepository,
        sessions: SessionRepository,
        *,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def get(self, user_id: UUID) -> User:
        """The person.

        Raises:
            NotFoundError: there is none.
        """
        return await self._users.get(user_id)

    async def disable(self, user_id: UUID, caller: Principal) -> User:
        """Refuse every credential of a person; sessions end, keys work again when the person is enabled.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: it is the caller, whom nobody might let in again.
        """
        user = await self._lock_other(user_id, caller)
        user.change(is_active=False)
        await self._users.save(user)
        await self._sessions.revoke_all_by_user(user_id, self._clock())
        await self._tell(AuditAction.USER_DISABLED, user)
        await self._notices.tell(SecurityNotice.ACCOUNT_DEACTIVATED, user_id)
        return user

    async def enable(self, user_id: UUID, caller: Principal) -> User:
        """Let a disabled person sign in again.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: the person is banned.
        """
        user = await self._lock_other(user_id, caller)
        if user.banned_at is not None:
            raise ConflictError("This person is banned. Lift the ban instead.")
        user.change(is_active=True)
        await self._users.save(user)
        await self._tell(AuditAction.USER_ENABLED, user)
        return user

    async def ban(self, user_id: UUID, caller: Principal, *, reason: str) -> User:
        """Keep a person out for good: disabled, and the address has an account that nobody can open.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: it is the caller.
        """
        user = await self._lock_other(user_id, caller)
        user.ban(self._clock(), reason=reason)
        await self._users.save(user)
        await self._sessions.revoke_all_by_user(user_id, self._clock())
        await self._tell(AuditAction.USER_BANNED, user, reason=reason)
        return user

    async def lift_ban(self, user_id: UUID, caller: Principal) -> User:
        """Let a banned person sign in again; nothing changes for who is not banned.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: it is the caller.
        """
        user = await self._lock_other(user_id, caller)
        user.lift_ban()
        await self._users.save(user)
        await self._tell(AuditAction.USER_BAN_LIFTED, user)
        return user

    async def sign_out(self, user_id: UUID) -> None:
        """End all sessions of a person.

        Raises:
            NotFoundError: there is no such person.
        """
        user = await self._users.get(user_id)
        ended = await self._sessions.revoke_all_by_user(user_id, self._clock())
        await self._tell(AuditAction.USER_SIGNED_OUT, user, ended=ended)

    async def _lock_other(self, user_id: UUID, caller: Principal) -> User:
        user = await self._users.lock(user_id)
        if user_id == caller.user_id:
            raise ConflictError("This is yourself: you would lock yourself out.")
        return user

    async def _tell(self, action: AuditAction, user: User, **details: Detail) -> None:
        await self._audit.record(action, target=f"user:{user.id}", details=details)
