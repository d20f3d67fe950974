"""Secrets move to the current encryption key, while Faregate serves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.core.secret_box import SecretBox, UnreadableSecretError
from app.repositories.sealed_columns import SealedColumn
from app.repositories.sealed_secret_repository import OpenSealedSecrets, SealedSecret

BATCH = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a column is."""

    reencrypted: int = 0
    unreadable: int = 0


class ReencryptionService:
    """Seals anew what is sealed under another key than the current one, a batch in each transaction."""

    def __init__(self, open_secrets: OpenSealedSecrets, secret_box: SecretBox, *, batch: int = BATCH) -> None:
        self._open_secrets = open_secrets
        self._secret_box = secret_box
        self._batch = batch

    async def reencrypt(self, where: SealedColumn) -> AsyncIterator[Progress]:
        """Go through a column, telling after each batch how far it is; what cannot be read stays as it is."""
        progress, after = Progress(), None
        while True:
            async with self._open_secrets() as secrets:
                found = await secrets.lock_batch(
                    where, current_key_id=self._secret_box.current_key_id, after=after, limit=self._batch
                )
                sealed = {secret.id: self._seal_again(where, secret) for secret in found}
                readable = {row_id: anew for row_id, anew in sealed.items() if anew is not None}
                await secrets.replace(where, readable)
            progress = Progress(
                progress.reencrypted + len(readable), progress.unreadable + len(found) - len(readable)
            )
            yield progress
            if len(found) < self._batch:
                return
            after = found[-1].id

    def _seal_again(self, where: SealedColumn, secret: SealedSecret) -> bytes | None:
        purpose = where.purpose_of(secret.kind)
        try:
            return self._secret_box.seal(
                self._secret_box.open(secret.sealed, purpose=purpose), purpose=purpose
            )
        except UnreadableSecretError:
            return None
