"""Who may sign up."""

from enum import StrEnum


class SignUpPolicy(StrEnum):
    """From whom new accounts come, besides those that operators make."""

    OPEN = "open"
    """From everybody with an e-mail address."""
    INVITE_ONLY = "invite_only"
    """From those whom a member of an organization has invited."""
    CLOSED = "closed"
    """From nobody."""
