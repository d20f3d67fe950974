"""JSON bodies read strictly (RFC 8259): one value, in UTF-8, no member twice, no number that is none."""

import json
import math
import re
from collections.abc import Sequence
from typing import NoReturn

from app.core.exceptions import MalformedJsonError, UnsupportedMediaTypeError

DEPTH_MAX = 64
"""Deeper than any body we know; keeps every recursive reader of the value safe."""
TOO_DEEP = f"The body is nested deeper than {DEPTH_MAX} levels."

PLAIN_TYPE = b"application/json"
JSON_TYPE = re.compile(
    rb"""[ \t]*application/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-?8"?[ \t]*)?;?[ \t]*""", re.IGNORECASE
)


def require_json(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Go on only if the body is declared as plain JSON, once.

    Raises:
        UnsupportedMediaTypeError: it is not.
    """
    declared: bytes | None = None
    for name, value in headers:
        if name == b"content-type":
            if declared is not None:
                raise UnsupportedMediaTypeError
            declared = value
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise UnsupportedMediaTypeError
    if declared != PLAIN_TYPE and (declared is None or JSON_TYPE.fullmatch(declared) is None):
        raise UnsupportedMediaTypeError


def parse_json(body: bytes) -> object:
    """The value of a JSON text.

    Raises:
        MalformedJsonError: it is not one value with unique member names.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise MalformedJsonError("The body is not valid UTF-8.") from None
    if text.startswith("\ufeff"):
        raise MalformedJsonError("The body starts with a byte order mark.")
    require_shallow(text)
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        # The decoder's own sentences name what is expected, never what was found.
        found = f"{error.msg} (line {error.lineno}, column {error.colno})."
        raise MalformedJsonError(found) from None
    except ValueError:
        raise MalformedJsonError("The body has a number that is too long.") from None


def require_shallow(text: str) -> None:
    """Go on only if nothing is nested deeper than we read.

    Raises:
        MalformedJsonError: it is.
    """
    # Counting brackets is exact only outside of strings, so the slow walk runs only for suspicious bodies.
    if text.count("[") + text.count("{") <= DEPTH_MAX:
        return
    depth = 0
    for token in STRUCTURE.finditer(text):
        character = token.group()
        if character in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise MalformedJsonError(TOO_DEEP)
        elif character in "]}":
            depth -= 1


STRUCTURE = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""A bracket, or a whole string; one that never ends is taken to the end, so that no text is walked twice."""


def refuse_duplicates(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object, unless it names a member twice: readers disagree on which one counts."""
    value = dict(members)
    if len(value) != len(members):
        raise MalformedJsonError("An object has two members of the same name.")
    return value


def refuse_constant(_text: str) -> NoReturn:
    """NaN and the infinities are JavaScript, not JSON."""
    raise MalformedJsonError("NaN and Infinity are not JSON.")


def finite_float(text: str) -> float:
    """A number with a fraction or an exponent, unless it is larger than any double."""
    number = float(text)
    if math.isinf(number):
        raise MalformedJsonError("The body has a number that is too large.")
    return number


DECODER = json.JSONDecoder(
    object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant, parse_float=finite_float
)
