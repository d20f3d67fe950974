"""Operators who look at what somebody sees: an hour at most, known to the person, and never touching."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.access_tokens import AccessTokens
from app.core.audit import AuditAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.principal import Principal
from app.core.security_notice import SecurityNotice
from app.models import Session
from app.repositories.membership_repository import MembershipRepository
from app.repositories.session_repository import SessionRepository
from app.repositories.user_repository import UserRepository
from app.schemas.impersonation import ImpersonationCreate
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService


@dataclass(frozen=True, slots=True)
class Impersonation:
    """What the operator gets: shown once, never stored as it is."""

    session_id: UUID
    access_token: str
    expires_in: int


class ImpersonationService:
    """Opens sessions that see what their user sees, and change and spend nothing."""

    def __init__(
        self,
        users: UserRepository,
        sessions: SessionRepository,
        memberships: MembershipRepository,
        *,
        access_tokens: AccessTokens,
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._memberships = memberships
        self._access_tokens = access_tokens
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def start(
        self, user_id: UUID, draft: ImpersonationCreate, *, caller: Principal, client: Client
    ) -> Impersonation:
        """Open such a session, and tell the person.

        Raises:
            NotFoundError: there is no such person.
            ConflictError: it is an operator, or nobody who could sign in.
        """
        user = await self._users.lock(user_id)
        if user.is_operator:
            raise ConflictError("Nobody acts for an operator.")
        organization_id = await self._memberships.find_home(user_id)
        if organization_id is None:
            raise ConflictError("This person is disabled, or has no organization to be in.")
        now = self._clock()
        session = Session(
            user_id=user_id,
            organization_id=organization_id,
            impersonator_id=caller.user_id,
            authenticated_at=now,
            expires_at=now + timedelta(seconds=draft.duration_seconds),
            last_used_at=now,
            ip_address=client.address,
            user_agent=client.user_agent,
        )
        await self._sessions.save(session)
        await self._audit.record(
            AuditAction.IMPERSONATION_STARTED,
            target=f"user:{user_id}",
            details={"reason": draft.reason, "duration_seconds": draft.duration_seconds},
        )
        await self._notices.tell(SecurityNotice.IMPERSONATED, user_id)
        token = self._access_tokens.issue(
            user_id, session.id, now, actor_id=caller.user_id, lifetime_seconds=draft.duration_seconds
        )
        return Impersonation(session.id, token, draft.duration_seconds)
