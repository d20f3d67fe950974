"""What people are told by mail when something about their security changes (ASVS 6.3.7)."""

from dataclasses import dataclass
from enum import StrEnum


class SecurityNotice(StrEnum):
    """What happened to an account."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an event
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGED = "email_changed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTORS_RESET = "factors_reset"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_SUSPECTED = "passkey_suspected"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    API_KEY_CREATED = "api_key_created"
    API_KEY_ROTATED = "api_key_rotated"
    API_KEY_REVOKED = "api_key_revoked"
    API_KEY_DELETED = "api_key_deleted"
    API_KEY_LEAKED = "api_key_leaked"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 -- the name of an event
    MEMBERSHIP_ENDED = "membership_ended"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    ACCOUNT_DELETED = "account_deleted"
    IMPERSONATED = "impersonated"


@dataclass(frozen=True, slots=True)
class NoticeText:
    """How a notice reads."""

    subject: str
    sentence: str


TEXTS = {
    SecurityNotice.PASSWORD_CHANGED: NoticeText(
        "Your password was changed", "Your password was changed, and all your other sessions have ended."
    ),
    SecurityNotice.PASSWORD_RESET: NoticeText(
        "Your password was reset", "Your password was set anew by mail, and all your sessions have ended."
    ),
    SecurityNotice.EMAIL_CHANGE_REQUESTED: NoticeText(
        "A change of your e-mail address was asked for",
        "Somebody who is signed in to your account wants to give it another e-mail address. "
        "Nothing changes until that address is confirmed.",
    ),
    SecurityNotice.EMAIL_CHANGED: NoticeText(
        "Your e-mail address was changed", "Your account has another e-mail address now."
    ),
    SecurityNotice.FACTOR_ADDED: NoticeText(
        "A second factor was added", "Your account has a new way to prove who you are."
    ),
    SecurityNotice.FACTOR_REMOVED: NoticeText(
        "A second factor was removed", "One of the ways to prove who you are was removed from your account."
    ),
    SecurityNotice.FACTORS_RESET: NoticeText(
        "Your second factors were removed", "An operator removed all second factors from your account."
    ),
    SecurityNotice.RECOVERY_CODE_USED: NoticeText(
        "A recovery code was used", "Somebody signed in to your account with one of your recovery codes."
    ),
    SecurityNotice.RECOVERY_CODES_RENEWED: NoticeText(
        "Your recovery codes were renewed", "Your account has new recovery codes. The old ones are void."
    ),
    SecurityNotice.PASSKEY_SUSPECTED: NoticeText(
        "A passkey was refused",
        "One of your passkeys answered as a copy of it would, and works no more. "
        "Remove it, and add a new one on a device that you trust.",
    ),
    SecurityNotice.SECOND_FACTOR_FAILED: NoticeText(
        "A second factor failed again and again",
        "Somebody got your password right and could not prove your second factor.",
    ),
    SecurityNotice.PROVIDER_LINKED: NoticeText(
        "A sign-in provider was linked", "Another way to sign in was linked to your account."
    ),
    SecurityNotice.PROVIDER_UNLINKED: NoticeText(
        "A sign-in provider was unlinked", "One of the ways to sign in was unlinked from your account."
    ),
    SecurityNotice.API_KEY_CREATED: NoticeText(
        "An API key was created", "An API key was created in your name."
    ),
    SecurityNotice.API_KEY_ROTATED: NoticeText(
        "An API key was rotated", "An API key that was made in your name has a new secret."
    ),
    SecurityNotice.API_KEY_REVOKED: NoticeText(
        "An API key was revoked", "An API key that was made in your name was revoked."
    ),
    SecurityNotice.API_KEY_DELETED: NoticeText(
        "An API key was deleted", "An API key that was made in your name was deleted."
    ),
    SecurityNotice.API_KEY_LEAKED: NoticeText(
        "An API key was found in public",
        "An API key that was made in your name was found in a public place, and works no more. "
        "Give it a new secret without overlap before you enable it again.",
    ),
    SecurityNotice.REFRESH_TOKEN_REUSED: NoticeText(
        "A session was ended for safety",
        "A token of one of your sessions came twice, as if it had been stolen. The session has ended.",
    ),
    SecurityNotice.MEMBERSHIP_ENDED: NoticeText(
        "You left an organization",
        "Your account belongs to an organization no more. The API keys that you made for it are revoked.",
    ),
    SecurityNotice.ROLE_CHANGED: NoticeText(
        "Your role in an organization was changed",
        "You have another role in an organization now, with other rights. It holds at once.",
    ),
    SecurityNotice.ACCOUNT_DEACTIVATED: NoticeText(
        "Your account was deactivated",
        "Your account and its API keys work no more until it is enabled again.",
    ),
    SecurityNotice.ACCOUNT_DELETED: NoticeText(
        "Your account was deleted", "Your account was deleted, with its sessions, keys and ways to sign in."
    ),
    SecurityNotice.IMPERSONATED: NoticeText(
        "An operator looked at your account", "An operator opened a session in your name."
    ),
}
