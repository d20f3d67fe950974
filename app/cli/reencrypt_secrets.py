"""`faregate reencrypt-secrets`: everything moves to the current encryption key."""

import asyncio

from sqlalchemy.exc import ProgrammingError

from app.cli.console import say
from app.cli.environment import database_at_hand
from app.cli.errors import CommandError
from app.cli.secret_box import build_secret_box
from app.cli.trail import build_trail
from app.core.audit import AuditAction, AuditOutcome
from app.core.database import create_engine, transaction
from app.core.settings import Settings
from app.repositories.sealed_columns import SEALED_COLUMNS
from app.repositories.sealed_secret_repository import sealed_secrets_opener
from app.services.audit_service import AuditService
from app.services.reencryption_service import ReencryptionService


def reencrypt_secrets() -> None:
    """Encrypt every secret of the database under the current key, so that previous keys may go.

    It works in small pieces and blocks nobody: run it while Faregate serves, and again as often as you like.
    """
    with database_at_hand() as settings:
        unreadable = asyncio.run(reencrypt_all(settings))
    key_id = settings.secrets.encryption_key_id
    if unreadable:
        message = f"{unreadable} secrets are under keys that are not set; no previous key may go"
        raise CommandError(message)
    say(f"Every secret is under the key {key_id} now. Previous keys may go.")


async def reencrypt_all(settings: Settings) -> int:
    """Go through all columns and say how far they are; the number of secrets that cannot be read.

    Raises:
        CommandError: the database is not migrated.
    """
    engine = create_engine(settings.database, pool_size=1)
    service = ReencryptionService(sealed_secrets_opener(engine), build_secret_box(settings))
    reencrypted = unreadable = 0
    try:
        for where in SEALED_COLUMNS:
            async for progress in service.reencrypt(where):
                say(f"{where}: {progress.reencrypted} re-encrypted")
            reencrypted, unreadable = reencrypted + progress.reencrypted, unreadable + progress.unreadable
        async with transaction(engine) as session:
            trail = build_trail(session, engine, command="reencrypt-secrets")
            await tell(trail, reencrypted=reencrypted, unreadable=unreadable)
    except ProgrammingError:
        message = "the database lacks tables; run `faregate migrate` first"
        raise CommandError(message) from None
    finally:
        await engine.dispose()
    return unreadable


async def tell(trail: AuditService, *, reencrypted: int, unreadable: int) -> None:
    """Tell the audit trail how far it got; what cannot be read makes it a failure."""
    await trail.record(
        AuditAction.SECRETS_REENCRYPTED,
        outcome=AuditOutcome.FAILURE if unreadable else AuditOutcome.SUCCESS,
        details={"reencrypted": reencrypted, "unreadable": unreadable},
    )
