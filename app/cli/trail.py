"""The audit trail, for commands: whoever works at the machine has no account, no session and no address."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.audit import AuditAction, Occasion
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_service import AuditIn, AuditService, auditor

COMMAND_EVENTS = {
    "create-user": (AuditAction.USER_CREATED,),
    "create-operator": (AuditAction.USER_CREATED,),
    "import-keys": (AuditAction.API_KEYS_IMPORTED,),
    "rotate-signing-key": (AuditAction.SIGNING_KEY_ROTATED, AuditAction.SIGNING_KEYS_ENDED),
    "reencrypt-secrets": (AuditAction.SECRETS_REENCRYPTED,),
}
"""What each command may write; the others change neither accounts nor secrets."""


def build_auditor(engine: AsyncEngine, *, command: str) -> AuditIn:
    """The trail of a command, for services that open transactions of their own."""
    return auditor(audit_events_opener(engine), Occasion(command=command))


def build_trail(session: AsyncSession, engine: AsyncEngine, *, command: str) -> AuditService:
    """The service, wired by hand into this transaction."""
    return build_auditor(engine, command=command)(AuditEventRepository(session))
