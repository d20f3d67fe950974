"""What a new password must be: long, uncommon, not about its account (NIST SP 800-63B-4, section 3.1.1.2)."""

from typing import NoReturn

from app.core.common_passwords import folded, is_common
from app.core.exceptions import InvalidFieldError

PASSWORD_LENGTH_MIN = 15
"""The least for a password that is the only factor."""
PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR = 8
PASSWORD_LENGTH_MAX = 256
PRODUCT_NAME = "faregate"
CONTEXT_LENGTH_MIN = 4
"""Shorter parts of an address are in too many words to tell anything."""
POINTER = "/password"


def require_acceptable_password(password: str, *, email: str) -> None:
    """Let a new password pass that is to be the only factor of an account.

    Raises:
        InvalidFieldError: it is neither shown nor described beyond the rule it breaks.
    """
    require_length(password)
    require_uncommon(password)
    require_unrelated(password, email=email)


def require_length(password: str, *, at_least: int = PASSWORD_LENGTH_MIN, pointer: str = POINTER) -> None:
    """Let pass what is neither too short nor too long, in Unicode code points; nothing is cut or trimmed.

    Raises:
        InvalidFieldError: it is.
    """
    if len(password) < at_least:
        detail = f"Must have at least {at_least} characters."
        raise InvalidFieldError(pointer, detail, code="password_too_short")
    if len(password) > PASSWORD_LENGTH_MAX:
        detail = f"Must have at most {PASSWORD_LENGTH_MAX} characters."
        raise InvalidFieldError(pointer, detail, code="password_too_long")


def require_uncommon(password: str, *, pointer: str = POINTER) -> None:
    """Let pass what is not in the list that is tried first.

    Raises:
        InvalidFieldError: it is.
    """
    if is_common(password):
        refuse_common(pointer)


def refuse_common(pointer: str = POINTER) -> NoReturn:
    """Refuse a password that others know.

    Raises:
        InvalidFieldError: always.
    """
    detail = "Must not be one of the passwords that are known from breaches."
    raise InvalidFieldError(pointer, detail, code="password_common")


def require_unrelated(password: str, *, email: str, pointer: str = POINTER) -> None:
    """Let pass what contains neither the account's address nor the product's name.

    Raises:
        InvalidFieldError: it does.
    """
    text = folded(password)
    if PRODUCT_NAME in text:
        detail = "Must not contain the name of this product."
        raise InvalidFieldError(pointer, detail, code="password_contains_product")
    if any(part in text for part in context_of(email)):
        detail = "Must not contain the e-mail address or a part of it."
        raise InvalidFieldError(pointer, detail, code="password_contains_email")


def context_of(email: str) -> set[str]:
    """The address, what stands before and after its @, and the domain's names without the last."""
    local, _, domain = email.casefold().rpartition("@")
    names = domain.split(".")[:-1]
    return {email.casefold(), *(part for part in (local, domain, *names) if len(part) >= CONTEXT_LENGTH_MIN)}
