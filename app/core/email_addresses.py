"""One canonical form per e-mail address, so that one mailbox is one account."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

EMAIL_LENGTH_MAX = 254
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, invisible formatting (bidi, joiners), surrogates, private use, unassigned, line separators."""
INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Letters and marks that nobody sees: fillers and variation selectors (Default_Ignorable_Code_Point)."""


def canonical_email(text: str) -> str:
    """The one form of an address: NFKC, lower case, its domain in ASCII (IDNA), no spaces around.

    Raises:
        ValueError: it is no address, or hides characters; the message never repeats it.
    """
    require_length(text)
    # Before anything is normalised: NFKC drops or rewrites some of what must be refused.
    if any(is_invisible(character) for character in text):
        message = "must not contain invisible or control characters"
        raise ValueError(message)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip(" ")).lower())
    try:
        # No DNS: that an address can be reached is proved by mail. `.test` is for trying out (RFC 6761).
        address = validate_email(folded, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        message = "must be an e-mail address"
        raise ValueError(message) from error
    canonical = f"{address.local_part}@{address.ascii_domain}".lower()
    require_length(canonical)
    return canonical


def require_length(text: str) -> None:
    """Let pass what fits into an address.

    Raises:
        ValueError: it does not.
    """
    if len(text) > EMAIL_LENGTH_MAX:
        message = f"must have at most {EMAIL_LENGTH_MAX} characters"
        raise ValueError(message)


def is_invisible(character: str) -> bool:
    """Whether people would not see that this character is there."""
    return unicodedata.category(character) in REFUSED_CATEGORIES or character in INVISIBLE
