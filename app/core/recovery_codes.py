"""Recovery codes: what lets people in whose other second factors are lost.

Twenty-four characters of Crockford's base32 are 120 bits, so a plain SHA-256 keeps them (ASVS 5.0, 6.5.2 asks
for a slow hash below 112). The owner is part of the digest: a code is nobody else's.
"""

import hashlib
import re
import secrets
import unicodedata
from uuid import UUID

CODES = 10
GROUPS = 6
GROUP_LENGTH = 4
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
CODE_PATTERN = re.compile(rf"[{ALPHABET}]{{{GROUPS * GROUP_LENGTH}}}", re.ASCII)


def new_codes() -> list[str]:
    """A set of codes, in groups that people can copy."""
    return ["-".join(new_group() for _ in range(GROUPS)) for _ in range(CODES)]


def new_group() -> str:
    """Some random characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))


def digest_of(code: str, user_id: UUID) -> bytes | None:
    """What a user's code is stored as, however it is typed; None for a text that cannot be a code."""
    normalized = normalize_code(code)
    if normalized is None:
        return None
    return hashlib.sha256(f"recovery:{user_id}:{normalized}".encode()).digest()


def normalize_code(text: str) -> str | None:
    """The one form in which codes are kept and compared: no spaces, hyphens, capitals or look-alikes."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("-", "")
    code = "".join(folded.split()).translate(LOOKALIKES)
    return code if CODE_PATTERN.fullmatch(code) else None
