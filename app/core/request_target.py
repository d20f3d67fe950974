"""What a request really asks for: the one reading of a path that every server behind would share.

A price list is only as good as its reading of paths. Where the API behind takes `/Reports`, `/x/../reports`,
`/%72eports` or `/reports;v=1` for the dear `/reports` and the gate does not, it is had for nothing. So equal
spellings are read as one (RFC 3986, section 6.2.2), and those that servers read differently are refused.
"""

import re
from urllib.parse import unquote_to_bytes

from app.core.exceptions import AmbiguousRequestError

PATH_LENGTH_MAX = 4096
PATH = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*")
"""A path as RFC 3986, section 3.3 writes it; without `;`, where some servers cut."""
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
SEPARATORS = re.compile(r"[\x00-\x1f\x7f/\\;]")
"""Decoded, these end a name or begin another one, depending on the server."""
DOTS = frozenset({".", ".."})


def read_path(target: str) -> tuple[str, ...]:
    """The segments of a request target's path, decoded and without regard to case; `()` for `/`.

    A slash at the end makes no difference, the query does not count.

    Raises:
        AmbiguousRequestError: servers would read it differently.
    """
    path = target.partition("?")[0]
    if len(path) > PATH_LENGTH_MAX or PATH.fullmatch(path) is None:
        raise AmbiguousRequestError("The path is not spelt as RFC 3986 asks, or holds a `;`, or is too long.")
    segments = path[1:].removesuffix("/").split("/")
    if segments == [""] and len(path) <= 1:
        return ()
    return tuple([read_segment(segment) for segment in segments])


def read_segment(segment: str) -> str:
    """One segment, decoded and folded.

    Raises:
        AmbiguousRequestError: it is empty, made of dots, or more than one segment to some servers.
    """
    if "%" in segment:
        segment = decode(segment)
    if not segment or segment in DOTS:
        raise AmbiguousRequestError("The path has an empty segment, or one of dots alone.")
    return segment.casefold()


def decode(segment: str) -> str:
    """Percent-decode once; what would change if it were decoded again has no one meaning."""
    try:
        decoded = unquote_to_bytes(segment).decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        raise AmbiguousRequestError("The path is not UTF-8.") from None
    if SEPARATORS.search(decoded) or ESCAPE.search(decoded):
        raise AmbiguousRequestError("The path has an encoded slash, backslash, semicolon, control or escape.")
    return decoded
