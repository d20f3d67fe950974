"""Text, by the standard library alone."""

import re
import unicodedata


def slugify(text: str, *, length_max: int) -> str:
    """Lower-case ASCII words joined by hyphens, fit for a URL; empty if the text has none."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:length_max].rstrip("-")


def on_one_line(text: str, *, length_max: int) -> str:
    """The text as one line that a terminal, a log and PostgreSQL take as it is, and not endless."""
    return "".join(each if each.isprintable() else " " for each in text[:length_max])
