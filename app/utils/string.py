"""Text, by the standard library alone."""

import re
import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def slugify(text: str, *, length_max: int) -> str:
    """Lower-case ASCII words joined by hyphens, fit for a URL; empty if the text has none."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:length_max].rstrip("-")


def on_one_line(text: str, *, length_max: int) -> str:
    """The text as one line that a terminal, a log and PostgreSQL take as it is, and not endless."""
    return "".join(each if each.isprintable() else " " for each in text[:length_max])


def inert_cell(text: str) -> str:
    """The text as a spreadsheet's cell: what it would take for a formula gets an apostrophe in front.

    OWASP, CSV injection; the full-width forms count, because some programs read them alike.
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
