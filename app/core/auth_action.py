"""What people do before Faregate knows them, or to prove again who they are."""

from enum import StrEnum


class AuthAction(StrEnum):
    """Everything that is limited by account, by address and altogether, before any work is done."""

    LOGIN = "login"
    REAUTHENTICATE = "reauthenticate"
    REFRESH = "refresh"
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 -- the name of an action
    SIGN_UP = "sign_up"
    VERIFY_EMAIL = "verify_email"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 -- the name of an action
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- the name of an action
    CHANGE_EMAIL = "change_email"
    MAIL_PROOF = "mail_proof"
    """To have a code mailed that proves again who one is."""
    SECOND_FACTOR = "second_factor"
    PASSKEY = "passkey"
    PROVIDER_START = "provider_start"
    PROVIDER_CALLBACK = "provider_callback"
    INVITE = "invite"
    """Counted for who is invited."""
    SEND_INVITATIONS = "send_invitations"
    """Counted for who invites."""
    ACCEPT_INVITATION = "accept_invitation"
