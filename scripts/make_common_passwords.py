"""Make `app/core/common_passwords.bin` anew from a list of leaked passwords, the most common first.

python scripts/make_common_passwords.py 10-million-password-list-top-1000000.txt
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.core.common_passwords import DATA, digest_of, folded

LONG = 15
"""Passwords of this length are all kept: they would be accepted without a second factor."""
SHORT = 8
SHORT_RANK_MAX = 250_000
"""Shorter ones, which only a second factor allows, are kept to this place in the list."""


def main(source: Path) -> None:
    """Write the digests, sorted."""
    passwords = source.read_text(encoding="utf-8", errors="ignore").splitlines()
    kept = {
        folded(password)
        for rank, password in enumerate(passwords, start=1)
        if len(password) >= LONG or (len(password) >= SHORT and rank <= SHORT_RANK_MAX)
    }
    DATA.write_bytes(b"".join(sorted({digest_of(password) for password in kept})))
    print(f"{len(kept)} passwords, {DATA.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
