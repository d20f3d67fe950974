"""All that is stored about a person, but secrets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.models import (
    ApiKey,
    AuditEvent,
    BlogPost,
    ExternalIdentity,
    Invitation,
    LedgerEntry,
    Membership,
    OneTimeToken,
    Passkey,
    RecoveryCode,
    Session,
    TotpCredential,
    User,
)

ROWS_MAX = 10_000
"""Of a section: what is longer has a list of its own, with pages."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table's part: which rows are a person's, and which columns are told; no other leaves."""

    rows_of: Callable[[UUID], ColumnElement[bool]]
    newest: InstrumentedAttribute[Any]
    columns: tuple[InstrumentedAttribute[Any], ...]


SECTIONS = {
    "profile": Section(
        lambda user_id: User.id == user_id,
        User.created_at,
        (
            User.id,
            User.email,
            User.email_verified_at,
            User.username,
            User.full_name,
            User.is_active,
            User.is_operator,
            User.created_at,
            User.updated_at,
        ),
    ),
    "memberships": Section(
        lambda user_id: Membership.user_id == user_id,
        Membership.created_at,
        (Membership.organization_id, Membership.role, Membership.created_at),
    ),
    "invitations": Section(
        lambda user_id: or_(
            Invitation.invited_by == user_id,
            Invitation.email == select(User.email).where(User.id == user_id).scalar_subquery(),
        ),
        Invitation.created_at,
        (
            Invitation.id,
            Invitation.organization_id,
            Invitation.email,
            Invitation.role,
            Invitation.invited_by,
            Invitation.created_at,
            Invitation.expires_at,
        ),
    ),
    "sessions": Section(
        lambda user_id: Session.user_id == user_id,
        Session.created_at,
        (
            Session.id,
            Session.organization_id,
            Session.created_at,
            Session.authenticated_at,
            Session.last_used_at,
            Session.expires_at,
            Session.revoked_at,
            Session.ip_address,
            Session.user_agent,
        ),
    ),
    "external_identities": Section(
        lambda user_id: ExternalIdentity.user_id == user_id,
        ExternalIdentity.created_at,
        (
            ExternalIdentity.id,
            ExternalIdentity.provider,
            ExternalIdentity.issuer,
            ExternalIdentity.subject,
            ExternalIdentity.email,
            ExternalIdentity.last_used_at,
            ExternalIdentity.created_at,
        ),
    ),
    "authenticators": Section(
        lambda user_id: TotpCredential.user_id == user_id,
        TotpCredential.created_at,
        (TotpCredential.id, TotpCredential.confirmed_at, TotpCredential.created_at),
    ),
    "recovery_codes": Section(
        lambda user_id: RecoveryCode.user_id == user_id,
        RecoveryCode.created_at,
        (RecoveryCode.id, RecoveryCode.used_at, RecoveryCode.created_at),
    ),
    "passkeys": Section(
        lambda user_id: Passkey.user_id == user_id,
        Passkey.created_at,
        (
            Passkey.id,
            Passkey.name,
            Passkey.transports,
            Passkey.is_synced,
            Passkey.last_used_at,
            Passkey.suspected_at,
            Passkey.created_at,
        ),
    ),
    "api_keys": Section(
        lambda user_id: ApiKey.created_by == user_id,
        ApiKey.created_at,
        (
            ApiKey.id,
            ApiKey.organization_id,
            ApiKey.environment,
            ApiKey.name,
            ApiKey.description,
            ApiKey.scopes,
            ApiKey.credit_cap,
            ApiKey.credits_spent,
            ApiKey.allowed_cidrs,
            ApiKey.attributes,
            ApiKey.enabled,
            ApiKey.expires_at,
            ApiKey.revoked_at,
            ApiKey.last_used_at,
            ApiKey.created_at,
        ),
    ),
    "blog_posts": Section(
        lambda user_id: BlogPost.author_id == user_id,
        BlogPost.created_at,
        (
            BlogPost.id,
            BlogPost.organization_id,
            BlogPost.title,
            BlogPost.slug,
            BlogPost.body,
            BlogPost.status,
            BlogPost.published_at,
            BlogPost.created_at,
            BlogPost.updated_at,
        ),
    ),
    "ledger_entries": Section(
        lambda user_id: LedgerEntry.user_id == user_id,
        LedgerEntry.created_at,
        (
            LedgerEntry.id,
            LedgerEntry.organization_id,
            LedgerEntry.kind,
            LedgerEntry.amount,
            LedgerEntry.reason,
            LedgerEntry.charge_id,
            LedgerEntry.created_at,
        ),
    ),
    "mailed_links": Section(
        lambda user_id: OneTimeToken.user_id == user_id,
        OneTimeToken.created_at,
        (OneTimeToken.purpose, OneTimeToken.email, OneTimeToken.created_at, OneTimeToken.expires_at),
    ),
    "audit_events": Section(
        lambda user_id: or_(AuditEvent.actor_id == user_id, AuditEvent.target == f"user:{user_id}"),
        AuditEvent.sequence,
        (
            AuditEvent.sequence,
            AuditEvent.occurred_at,
            AuditEvent.action,
            AuditEvent.outcome,
            AuditEvent.actor_id,
            AuditEvent.organization_id,
            AuditEvent.session_id,
            AuditEvent.api_key_id,
            AuditEvent.target,
            AuditEvent.ip_address,
            AuditEvent.user_agent,
            AuditEvent.details,
        ),
    ),
}
"""Every table that tells of people; a test compares this with the schema."""


class AccountExportRepository:
    """Reads the rows of one person from every table that has some."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, name: str, user_id: UUID) -> Sequence[dict[str, Any]]:
        """A section's rows, newest first; one more than `ROWS_MAX` says that there are more."""
        section = SECTIONS[name]
        query = select(*section.columns).where(section.rows_of(user_id)).order_by(section.newest.desc())
        rows = (await self._session.execute(query.limit(ROWS_MAX + 1))).mappings()
        return [dict(row) for row in rows]
