"""Security notices: mails to the owner of an account about what was done to it."""

from datetime import UTC
from uuid import UUID

from app.core.client import Client
from app.core.clock import Clock
from app.core.mail import MailTemplate
from app.core.security_notice import TEXTS, SecurityNotice
from app.repositories.user_repository import UserRepository
from app.services.mail_service import MailService

RESET_PATH = "/account/password-reset"
UNKNOWN = "unknown"


class NoticeService:
    """Tells people by mail, in the transaction of what it tells: both happen, or neither."""

    def __init__(
        self, users: UserRepository, mails: MailService, *, client: Client | None, clock: Clock
    ) -> None:
        self._users = users
        self._mails = mails
        self._client = client
        self._clock = clock

    async def tell(self, notice: SecurityNotice, user_id: UUID, *, subject: str = "") -> None:
        """Tell a user what happened; `subject` names the key, factor or provider that it happened to.

        Raises:
            NotFoundError: there is no such user.
        """
        user = await self._users.get(user_id)
        await self.tell_address(notice, user.email, subject=subject)

    async def tell_address(self, notice: SecurityNotice, email: str, *, subject: str = "") -> None:
        """Tell whoever reads an address that is, or was, the account's."""
        text = TEXTS[notice]
        await self._mails.send(
            MailTemplate.SECURITY_NOTICE,
            email,
            title=text.subject,
            sentence=text.sentence,
            subject_name=subject,
            happened_at=f"{self._clock().astimezone(UTC):%Y-%m-%d %H:%M} UTC",
            address=self._client.address if self._client else UNKNOWN,
            software=(self._client.user_agent if self._client else None) or UNKNOWN,
            reset_link=self._mails.link(RESET_PATH),
        )
