"""What strangers chose, made fit for a mail: one visible line that no mail program turns into a link."""

import re
import unicodedata

from app.core.email_addresses import is_invisible

LENGTH_MAX = 200
SCHEME = re.compile(r"[:\uff1a\ufe55]\s*(?=[/\uff0f\u2044\u2215\\])")
"""A colon before a slash, and what looks like them."""
DOTS = r"[.\u3002\uff0e\uff61\u2024]"
DOT = re.compile(rf"(?<=\w){DOTS}(?=[^\W\d_])|(?i:(?<=www){DOTS})")
"""A dot inside a name of a domain: a letter follows, as in every top-level domain."""
PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


def neutral(text: str) -> str:
    """The text in one line, without invisible characters, and with nothing that reads as a link.

    Mail programs make links of their own from `https://`, `www.` and names of domains, in text and in HTML:
    `evil.example` becomes `evil[.]example`. A whole mail address stays as it is.
    """
    visible = "".join(" " if is_invisible(character) else character for character in text)
    line = " ".join(unicodedata.normalize("NFC", visible).split())
    if len(line) > LENGTH_MAX:
        line = line[: LENGTH_MAX - 1] + "…"
    if PLAIN_ADDRESS.fullmatch(line) and "www." not in line.lower():
        return line
    return DOT.sub("[.]", SCHEME.sub("[:]", line))
