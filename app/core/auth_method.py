"""The ways to prove who one is."""

from datetime import UTC, datetime
from enum import StrEnum

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody proved who they are of whom nobody knows that: no demand for a fresh proof accepts it."""


class AuthMethod(StrEnum):
    """One proof, as it is told to clients and kept in the audit trail."""

    PASSWORD = "password"  # noqa: S105 -- the name of a method
    PROVIDER = "provider"
    PASSKEY = "passkey"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    MAILED_CODE = "mailed_code"


SECOND_FACTORS = frozenset({AuthMethod.TOTP, AuthMethod.PASSKEY, AuthMethod.RECOVERY_CODE})
"""What satisfies an account that demands more than its first factor.

A passkey does so even alone, because alone it is accepted only after its device has verified the person.
"""
