"""Questions about text, answered by the standard library alone."""

import unicodedata

LINE_BREAKERS = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's control characters, line separators and paragraph separators."""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold `text`: UTF-8 without NUL."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def is_single_line(text: str) -> bool:
    """Whether `text` is free of line breaks and other control characters."""
    return not any(unicodedata.category(character) in LINE_BREAKERS for character in text)
