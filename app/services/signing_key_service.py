"""The life of the keys that sign access tokens: made, published, promoted, retired, erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.jwk import ECKey

from app.core.audit import AuditAction
from app.core.clock import Clock
from app.core.secret_box import SecretBox, UnreadableSecretError
from app.core.signing_keys import SigningKeys, import_signing_key, new_signing_key
from app.models import SIGNING_KEY_PURPOSE, SigningKey, SigningKeyState
from app.repositories.signing_key_repository import OpenSigningKeys, SigningKeyRepository
from app.services.audit_service import AuditIn

PUBLICATION = timedelta(minutes=10)
"""How long a key is published before it signs: twice as long as others may keep our key set."""
PROPAGATION = timedelta(seconds=10)
"""How long until every process of ours knows of a change: twice what `SigningKeyWatch` takes."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to."""

    promoted: str | None = None
    """The key that signs from now on; None: nothing was changed."""
    rotated_at: datetime | None = None
    """When the current key was promoted, if that was but now, by this rotation or one just before."""
    wait: timedelta = timedelta()
    """How long the next key must still be published before it may sign."""


class SigningKeyService:
    """Reads the keys for a process, and changes them for all."""

    def __init__(
        self,
        open_keys: OpenSigningKeys,
        *,
        audit_in: AuditIn,
        secret_box: SecretBox,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._open_keys = open_keys
        self._audit_in = audit_in
        self._secret_box = secret_box
        self._lifetime = lifetime
        self._clock = clock
        self._opened: dict[str, ECKey] = {}

    async def load(self) -> SigningKeys:
        """The keys of now; the first process of all makes the first two.

        Raises:
            NotReadyError: the database is not migrated yet.
            DatabaseUnavailableError: it is away.
            UnreadableSecretError: a key cannot be decrypted.
        """
        now = self._clock()
        async with self._open_keys() as keys:
            rows = await keys.list_published(now)
            if not any(row.state == SigningKeyState.CURRENT for row in rows):
                await keys.lock()
                await self._make_missing(keys, now)
                rows = await keys.list_published(now)
        return self._read(rows)

    async def rotate(self, *, published_for: timedelta = PUBLICATION) -> Rotation:
        """Let the next key sign, keep the current one for verifying, and publish the one after them.

        The next key must have been published long enough; a rotation that comes again changes nothing.
        """
        now = self._clock()
        async with self._open_keys() as keys:
            await keys.lock()
            current, following = await self._make_missing(keys, now)
            wait = following.created_at + published_for - now
            if wait > timedelta():
                just_now = current.promoted_at is not None and now - current.promoted_at < PUBLICATION
                return Rotation(rotated_at=current.promoted_at if just_now else None, wait=wait)
            current.retire(until=now + self._lifetime + PROPAGATION)
            await keys.save(current)
            following.promote(now)
            await keys.save(following)
            await self._make_missing(keys, now)
            for row in await keys.list_over(now):
                row.end(now)
            await self._audit_in(keys.events).record(
                AuditAction.SIGNING_KEY_ROTATED, target=f"signing_key:{following.kid}"
            )
        return Rotation(promoted=following.kid, rotated_at=now)

    async def end_retiring(self) -> int:
        """Let the retiring keys verify nothing any more; the number of them."""
        now = self._clock()
        async with self._open_keys() as keys:
            await keys.lock()
            rows = [row for row in await keys.list_published(now) if row.state == SigningKeyState.RETIRING]
            for row in rows:
                row.end(now)
            await self._audit_in(keys.events).record(
                AuditAction.SIGNING_KEYS_ENDED, details={"number": len(rows)}
            )
        return len(rows)

    async def _make_missing(self, keys: SigningKeyRepository, now: datetime) -> tuple[SigningKey, SigningKey]:
        """The current key and the next one, made where they are not there; under the lock."""
        current = await keys.find_by_state(SigningKeyState.CURRENT)
        if current is None:
            current = self._new_row(now)
            # Nobody knows a key that was there before it: it may sign at once.
            current.promote(now)
            await keys.save(current)
        following = await keys.find_by_state(SigningKeyState.NEXT)
        if following is None:
            following = await keys.save(self._new_row(now))
        return current, following

    def _new_row(self, now: datetime) -> SigningKey:
        key = new_signing_key()
        sealed = self._secret_box.seal(key.as_pem(private=True), purpose=SIGNING_KEY_PURPOSE)
        return SigningKey(
            kid=key.thumbprint(), state=SigningKeyState.NEXT, sealed_private_key=sealed, created_at=now
        )

    def _read(self, rows: Sequence[SigningKey]) -> SigningKeys:
        self._opened = {row.kid: self._opened.get(row.kid) or self._open(row) for row in rows}
        current = next(row.kid for row in rows if row.state == SigningKeyState.CURRENT)
        others = tuple(key for kid, key in self._opened.items() if kid != current)
        return SigningKeys(self._opened[current], others)

    def _open(self, row: SigningKey) -> ECKey:
        pem = self._secret_box.open(row.sealed_private_key or b"", purpose=SIGNING_KEY_PURPOSE)
        key = import_signing_key(pem.decode())
        if key.thumbprint() != row.kid:
            message = f"the signing key {row.kid} is another one"
            raise UnreadableSecretError(message)
        return key
