"""Recovery codes: a set for each person, each good once."""

from uuid import UUID

from app.core import recovery_codes
from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.security_notice import SecurityNotice
from app.repositories.recovery_code_repository import RecoveryCodeRepository
from app.services.factor_change_service import FactorChangeService
from app.services.notice_service import NoticeService


class RecoveryCodeService:
    """Renews and takes recovery codes."""

    def __init__(
        self,
        codes: RecoveryCodeRepository,
        changes: FactorChangeService,
        *,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._codes = codes
        self._changes = changes
        self._notices = notices
        self._clock = clock

    async def renew(self, user_id: UUID) -> list[str]:
        """A new set, shown now and never again; the old one is void.

        Raises:
            ConflictError: there is no second factor for which the codes could stand in.
        """
        await self._changes.lock(user_id)
        if not (await self._changes.count(user_id)).demands_second_factor:
            message = "Recovery codes stand in for a second factor, and you have none."
            raise ConflictError(message)
        return await self._changes.renew_codes(user_id)

    async def prove(self, user_id: UUID, code: str) -> bool:
        """Whether this is an unused code of the user; it is used now, and they are told by mail."""
        digest = recovery_codes.digest_of(code, user_id)
        if digest is None or not await self._codes.spend(user_id, digest, now=self._clock()):
            return False
        await self._notices.tell(SecurityNotice.RECOVERY_CODE_USED, user_id)
        return True
