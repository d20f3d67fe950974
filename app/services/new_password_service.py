"""New passwords: judged, then hashed."""

import structlog

from app.adapters.breached_passwords import BreachedPasswords, BreachesUnavailableError
from app.core.exceptions import PasswordCheckUnavailableError
from app.core.password_rules import (
    PASSWORD_LENGTH_MIN,
    POINTER,
    refuse_common,
    require_length,
    require_uncommon,
)
from app.core.passwords import PasswordHasher

log = structlog.get_logger(__name__)


class NewPasswordService:
    """Hashes passwords that may be used; what they must not share with their account is not known here."""

    def __init__(
        self, hasher: PasswordHasher, breached: BreachedPasswords, *, refuse_unchecked: bool
    ) -> None:
        self._hasher = hasher
        self._breached = breached
        self._refuse_unchecked = refuse_unchecked

    async def hash(
        self, password: str, *, at_least: int = PASSWORD_LENGTH_MIN, pointer: str = POINTER
    ) -> str:
        """What is stored of a new password.

        Raises:
            InvalidFieldError: it breaks a rule, or is known from a breach.
            PasswordCheckUnavailableError: that cannot be told now, and must be.
            OverloadedError: too many passwords are waiting already.
        """
        require_length(password, at_least=at_least, pointer=pointer)
        require_uncommon(password, pointer=pointer)
        if await self._is_breached(password):
            refuse_common(pointer)
        return await self._hasher.hash(password)

    async def _is_breached(self, password: str) -> bool:
        try:
            return await self._breached.contains(password)
        except BreachesUnavailableError as error:
            log.warning("breached passwords unavailable", reason=str(error))
            if self._refuse_unchecked:
                raise PasswordCheckUnavailableError from error
            # The bundled list has been looked at: what is common is refused whoever is away.
            return False
