"""What a person at the terminal can mend, told in one line each."""

from pydantic import ValidationError

from app.core.settings import DELIMITER, PREFIX


class CommandError(RuntimeError):
    """The command cannot go on; the message says why and what to do."""


def describe(error: ValidationError) -> list[str]:
    """Each setting that is wrong, by the name of its variable."""
    return [f"{variable_of(problem['loc'])} {lower_first(problem['msg'])}" for problem in error.errors()]


def variable_of(location: tuple[int | str, ...]) -> str:
    """The environment variable behind a place in the settings."""
    return PREFIX + DELIMITER.join(str(part).upper() for part in location[:2])


def lower_first(text: str) -> str:
    """The text as the rest of a sentence, without what Pydantic puts before our own."""
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
