"""New passwords: judged, then hashed."""

from app.core.password_rules import PASSWORD_LENGTH_MIN, POINTER, require_length, require_uncommon
from app.core.passwords import PasswordHasher


class NewPasswordService:
    """Hashes passwords that may be used; what they must not share with their account is not known here."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    async def hash(
        self, password: str, *, at_least: int = PASSWORD_LENGTH_MIN, pointer: str = POINTER
    ) -> str:
        """What is stored of a new password.

        Raises:
            InvalidFieldError: it breaks a rule.
            OverloadedError: too many passwords are waiting already.
        """
        require_length(password, at_least=at_least, pointer=pointer)
        require_uncommon(password, pointer=pointer)
        return await self._hasher.hash(password)
