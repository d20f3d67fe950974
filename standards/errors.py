"""What keeps the checker from checking, and the generator from writing."""

from typing import NoReturn


class CheckError(Exception):
    """The request makes no sense, or the project cannot be read; the message is for a person."""


def refuse(message: str, cause: BaseException | None = None) -> NoReturn:
    """End what was begun.

    Raises:
        CheckError: with this message.
    """
    raise CheckError(message) from cause
