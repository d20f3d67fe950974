"""What is worth telling later: the actions of the audit trail, and what is known when one happens."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.core.client import Client
from app.core.principal import Principal


class AuditAction(StrEnum):
    """What somebody did, or tried; explained one by one in `docs/audit.md`."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_MOVED = "session_moved"
    REAUTHENTICATED = "reauthenticated"
    REAUTHENTICATION_FAILED = "reauthentication_failed"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    SECOND_FACTOR_DEMANDED = "second_factor_demanded"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SUSPECTED = "passkey_suspected"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    REFRESH_REUSED = "refresh_reused"
    SIGN_UP_REQUESTED = "sign_up_requested"
    SIGNED_UP = "signed_up"
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105 -- the name of an action
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an action
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an action
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGED = "email_changed"
    ACCOUNT_EXPORTED = "account_exported"
    ACCOUNT_DEACTIVATED = "account_deactivated"
    ACCOUNT_DELETED = "account_deleted"
    PROFILE_CHANGED = "profile_changed"
    API_KEY_CREATED = "api_key_created"
    API_KEYS_IMPORTED = "api_keys_imported"
    API_KEY_CHANGED = "api_key_changed"
    API_KEY_ROTATED = "api_key_rotated"
    API_KEY_REVOKED = "api_key_revoked"
    API_KEY_LEAKED = "api_key_leaked"
    API_KEY_DELETED = "api_key_deleted"
    PLAN_CREATED = "plan_created"
    PLAN_CHANGED = "plan_changed"
    ORGANIZATION_CHANGED = "organization_changed"
    ORGANIZATION_PLAN_CHANGED = "organization_plan_changed"
    ORGANIZATION_SUSPENDED = "organization_suspended"
    ORGANIZATION_RESUMED = "organization_resumed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_BANNED = "user_banned"
    USER_BAN_LIFTED = "user_ban_lifted"
    USER_SIGNED_OUT = "user_signed_out"
    IMPERSONATION_STARTED = "impersonation_started"
    FACTORS_RESET = "factors_reset"
    ORGANIZATION_CREATED = "organization_created"
    OWNERSHIP_TRANSFERRED = "ownership_transferred"
    MEMBER_ROLE_CHANGED = "member_role_changed"
    MEMBER_REMOVED = "member_removed"
    MEMBER_LEFT = "member_left"
    INVITATION_CREATED = "invitation_created"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_DECLINED = "invitation_declined"
    CREDITS_GRANTED = "credits_granted"
    USER_CREATED = "user_created"
    SIGNING_KEY_ROTATED = "signing_key_rotated"
    SIGNING_KEYS_ENDED = "signing_keys_ended"
    SECRETS_REENCRYPTED = "secrets_reencrypted"
    CREDITS_ADJUSTED = "credits_adjusted"
    CREDITS_REFUNDED = "credits_refunded"
    CREDIT_THRESHOLDS_CHANGED = "credit_thresholds_changed"


class AuditOutcome(StrEnum):
    """How it went."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Occasion:
    """The request in which something happens; on the command line there is none."""

    find_principal: Callable[[], Principal | None] = lambda: None
    """Asked when an event is written, because the caller may be known only then."""
    client: Client | None = None
    request_id: str | None = None
    command: str | None = None
    """The command of the command line, if it is none of a request."""

    @property
    def software(self) -> str | None:
        """What the caller's software calls itself; a command is software of ours."""
        if self.command is not None:
            return f"faregate {self.command}"
        return None if self.client is None else self.client.user_agent
