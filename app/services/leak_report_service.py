"""Leaked keys: disabled as soon as they are reported, and their owners told."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from app.core import api_key_secrets
from app.core.api_key_secrets import ApiKeySecrets, PresentedKey
from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.foreign_keys import read_foreign_key
from app.core.security_notice import SecurityNotice
from app.models import ApiKey, ApiKeySecret
from app.repositories.api_key_repository import ApiKeyRepository
from app.schemas.leak_report import LeakAnswer, LeakReport
from app.services.audit_service import AuditService
from app.services.notice_service import NoticeService


class LeakReportService:
    """Believes what it is told of a whole string only: an id alone could disable anybody's key."""

    def __init__(
        self,
        keys: ApiKeyRepository,
        *,
        secrets: ApiKeySecrets,
        foreign_prefixes: tuple[str, ...],
        audit: AuditService,
        notices: NoticeService,
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._secrets = secrets
        self._foreign_prefixes = foreign_prefixes
        self._audit = audit
        self._notices = notices
        self._clock = clock

    async def take(self, reports: Sequence[LeakReport]) -> list[LeakAnswer]:
        """Disable every key whose string works, and answer for each report in order.

        A string that was rotated out opens nothing: its key goes on.
        """
        leaked: dict[UUID, LeakReport] = {}
        answers = []
        for report in reports:
            secret = await self._find(report.token)
            if secret is not None and self._is_living(secret):
                leaked.setdefault(secret.api_key_id, report)
            answers.append(answer(report, is_key=secret is not None))
        for key in await self._keys.lock_all(sorted(leaked)):
            await self._disable(key, leaked[key.id])
        return answers

    async def _find(self, token: str) -> ApiKeySecret | None:
        presented = self._read(token)
        secret = None if presented is None else await self._keys.find_secret(presented.lookup_id)
        if presented is None or secret is None:
            return None
        matches = self._secrets.matches(presented, digest=secret.digest, pepper_id=secret.pepper_id)
        return secret if matches else None

    def _read(self, token: str) -> PresentedKey | None:
        if token.startswith("fg_"):
            return api_key_secrets.parse(token)
        return read_foreign_key(token, self._foreign_prefixes)

    def _is_living(self, secret: ApiKeySecret) -> bool:
        return secret.retired_at is None or secret.retired_at > self._clock()

    async def _disable(self, key: ApiKey, report: LeakReport) -> None:
        if key.revoked_at is not None or not key.enabled:
            return
        key.enabled = False
        await self._keys.save(key)
        await self._audit.record(
            AuditAction.API_KEY_LEAKED,
            organization_id=key.organization_id,
            target=f"api_key:{key.id}",
            details={"source": report.source, "url": report.url},
        )
        await self._notices.tell(SecurityNotice.API_KEY_LEAKED, key.created_by, subject=key.name)


def answer(report: LeakReport, *, is_key: bool) -> LeakAnswer:
    """What the reporter learns of one string."""
    return LeakAnswer(
        token_hash=sha256(report.token.encode()).hexdigest(),
        token_type=report.type,
        label="true_positive" if is_key else "false_positive",
    )
