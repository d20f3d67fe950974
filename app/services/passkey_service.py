"""A person's passkeys: added, named, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import ConflictError, InvalidFieldError
from app.core.person import Person
from app.core.relying_party import Credential, Options
from app.models import Passkey
from app.repositories.passkey_repository import PasskeyRepository
from app.services.audit_service import AuditService
from app.services.factor_change_service import FactorChange, FactorChangeService
from app.services.passkey_proof_service import PasskeyProofService

PER_USER_MAX = 20


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was added, and the recovery codes if there were none: shown now and never again."""

    passkey: Passkey
    recovery_codes: list[str] | None


class PasskeyService:
    """Keeps people's passkeys. One counts as a second factor from the moment it is added."""

    def __init__(
        self,
        passkeys: PasskeyRepository,
        proofs: PasskeyProofService,
        changes: FactorChangeService,
        audit: AuditService,
    ) -> None:
        self._passkeys = passkeys
        self._proofs = proofs
        self._changes = changes
        self._audit = audit

    async def begin(self, person: Person) -> Options:
        """What the person's browser needs to make a passkey.

        Raises:
            ConflictError: there are as many as there may be.
        """
        await self._require_room(person.id)
        return await self._proofs.ask_for_new(person.id, person.email)

    async def add(self, user_id: UUID, name: str, credential: Credential, *, session_id: UUID) -> NewPasskey:
        """Keep the passkey that the browser has made.

        Raises:
            InvalidFieldError: the answer is not to be believed, or came too late.
            ConflictError: there are as many as there may be, or somebody has this very one.
        """
        await self._changes.lock(user_id)
        await self._require_room(user_id)
        new = await self._proofs.check_new(user_id, credential)
        if new is None:
            detail = (
                "Must be the answer to the newest options, given by this site's own page in five minutes."
            )
            raise InvalidFieldError("/credential", detail, code="credential_unproved")
        passkey = Passkey(
            user_id=user_id,
            name=name,
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            transports=new.transports,
            is_synced=new.is_synced,
        )
        await self._passkeys.save(passkey)
        change = FactorChange(user_id, AuditAction.PASSKEY_ADDED, name, f"passkey:{passkey.id}")
        return NewPasskey(passkey, await self._changes.added(change, session_id=session_id))

    async def list(self, user_id: UUID) -> Sequence[Passkey]:
        """All passkeys of the user."""
        return await self._passkeys.list_by_user(user_id)

    async def rename(self, passkey_id: UUID, name: str, *, user_id: UUID) -> Passkey:
        """Give a passkey another name.

        Raises:
            NotFoundError: there is none, or it is another user's.
        """
        passkey = await self._passkeys.get_by_user(passkey_id, user_id)
        passkey.change(name=name)
        await self._audit.record(AuditAction.PASSKEY_RENAMED, target=f"passkey:{passkey.id}")
        return await self._passkeys.save(passkey)

    async def remove(self, passkey_id: UUID, *, user_id: UUID) -> None:
        """Forget a passkey.

        Raises:
            NotFoundError: there is none, or it is another user's.
            LastLoginMethodError: without it nobody could sign in to the account.
        """
        await self._changes.lock(user_id)
        passkey = await self._passkeys.get_by_user(passkey_id, user_id)
        await self._passkeys.delete(passkey)
        change = FactorChange(user_id, AuditAction.PASSKEY_REMOVED, passkey.name, f"passkey:{passkey.id}")
        await self._changes.removed(change)

    async def _require_room(self, user_id: UUID) -> None:
        if await self._passkeys.count_by_user(user_id) >= PER_USER_MAX:
            message = f"An account has at most {PER_USER_MAX} passkeys."
            raise ConflictError(message)
