"""Keys of another system, taken over by their SHA-256: their owners go on using the strings they have.

A foreign string is never an `fg_` key and never a JSON web token, so none can pass as the other. Its digest
does the work of both halves of a key: the first 128 bits find the row, and all 256, as the secret, are
compared in the usual way, as HMAC under a pepper and in constant time. The table tells no whole digest.
"""

import re
from hashlib import sha256

from app.core.api_key_secrets import PresentedKey

FOREIGN_STRING = re.compile(r"[!-~]{16,512}", re.ASCII)
OTHERS = ("fg_", "eyJ")
"""How our own keys and JSON web tokens begin."""
LOOKUP_MARK = "sha256_"
"""Has a character that no id of our own has, so the two kinds never meet."""
LOOKUP_DIGITS = 32


def read_foreign_key(text: str, prefixes: tuple[str, ...]) -> PresentedKey | None:
    """What to look up for a string of another system; None if it cannot be one, decided without I/O."""
    if not text.startswith(prefixes) or text.startswith(OTHERS) or FOREIGN_STRING.fullmatch(text) is None:
        return None
    return presented_by_digest(sha256(text.encode("ascii")).hexdigest())


def presented_by_digest(digest_hex: str) -> PresentedKey:
    """A foreign key, known by the SHA-256 of its string in lower-case hexadecimal digits."""
    return PresentedKey(f"{LOOKUP_MARK}{digest_hex[:LOOKUP_DIGITS]}", digest_hex.encode("ascii"))
