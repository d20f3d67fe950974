"""One SQLAlchemy entity per file; importing this package registers them all."""

from app.models.api_key import ApiKey
from app.models.api_key_secret import ApiKeySecret
from app.models.audit_event import AuditEvent
from app.models.base import Base
from app.models.blog_post import BlogPost
from app.models.carried_balance import CarriedBalance
from app.models.charge_id import ChargeId
from app.models.credit_account import CreditAccount
from app.models.credit_event import CreditEvent
from app.models.credit_grant import CreditGrant
from app.models.credit_hold import CreditHold, HoldState
from app.models.external_identity import ExternalIdentity
from app.models.grant_burn import GrantBurn
from app.models.idempotency_key import IdempotencyKey
from app.models.invitation import Invitation
from app.models.ledger_entry import LedgerAccount, LedgerEntry, LedgerKind
from app.models.membership import Membership
from app.models.oauth_attempt import OauthAttempt
from app.models.one_time_token import OneTimeToken
from app.models.organization import Organization
from app.models.passkey import Passkey
from app.models.passkey_challenge import PasskeyChallenge
from app.models.pending_sign_in import PendingSignIn
from app.models.plan import Plan
from app.models.plan_limit import PlanLimit
from app.models.rate_limit_state import RateLimitState
from app.models.recovery_code import RecoveryCode
from app.models.refresh_token import RefreshToken
from app.models.refund import Refund
from app.models.session import Session
from app.models.signing_key import SIGNING_KEY_PURPOSE, SigningKey, SigningKeyState
from app.models.totp_credential import TotpCredential
from app.models.usage_rollup import UsageRollup
from app.models.usage_tally import UsageTally
from app.models.user import User

__all__ = [
    "SIGNING_KEY_PURPOSE",
    "ApiKey",
    "ApiKeySecret",
    "AuditEvent",
    "Base",
    "BlogPost",
    "CarriedBalance",
    "ChargeId",
    "CreditAccount",
    "CreditEvent",
    "CreditGrant",
    "CreditHold",
    "ExternalIdentity",
    "GrantBurn",
    "HoldState",
    "IdempotencyKey",
    "Invitation",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerKind",
    "Membership",
    "OauthAttempt",
    "OneTimeToken",
    "Organization",
    "Passkey",
    "PasskeyChallenge",
    "PendingSignIn",
    "Plan",
    "PlanLimit",
    "RateLimitState",
    "RecoveryCode",
    "RefreshToken",
    "Refund",
    "Session",
    "SigningKey",
    "SigningKeyState",
    "TotpCredential",
    "UsageRollup",
    "UsageTally",
    "User",
]
