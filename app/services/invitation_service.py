"""Invitations, as those see them who send them."""

from datetime import timedelta
from uuid import UUID

from app.core import opaque_tokens
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.client import Client
from app.core.clock import Clock
from app.core.exceptions import ConflictError
from app.core.mail import MailTemplate
from app.core.opaque_tokens import TokenPurpose
from app.core.organization_settings import OrganizationSettings
from app.core.person import Person
from app.core.principal import Principal
from app.models import Invitation
from app.repositories.base_repository import EntityPage
from app.repositories.invitation_repository import InvitationRepository
from app.repositories.organization_repository import OrganizationRepository
from app.schemas.invitation import InvitationCreate
from app.schemas.page import PageParams
from app.services.audit_service import AuditService
from app.services.auth_limits import AuthLimits
from app.services.mail_service import MailService
from app.services.member_authority import MemberAuthority, require_reach

PATH = "/account/invitation"


class InvitationService:
    """Sends, lists and revokes invitations. Whether an address has an account makes no difference to any."""

    def __init__(
        self,
        invitations: InvitationRepository,
        organizations: OrganizationRepository,
        authority: MemberAuthority,
        *,
        mails: MailService,
        limits: AuthLimits,
        audit: AuditService,
        settings: OrganizationSettings,
        clock: Clock,
    ) -> None:
        self._invitations = invitations
        self._organizations = organizations
        self._authority = authority
        self._mails = mails
        self._limits = limits
        self._audit = audit
        self._settings = settings
        self._clock = clock

    async def list(
        self, organization_id: UUID, query: PageParams, caller: Principal
    ) -> EntityPage[Invitation]:
        """A page of the invitations that wait for an answer.

        Raises:
            NotFoundError: there is no such organization, or it is not the caller's.
        """
        organization = await self._organizations.get_within(organization_id, caller.realm)
        return await self._invitations.page_open(organization.id, query, now=self._clock())

    async def create(
        self,
        organization_id: UUID,
        draft: InvitationCreate,
        *,
        caller: Principal,
        inviter: Person,
        client: Client,
    ) -> Invitation:
        """Offer a place to an address, by mail.

        Raises:
            RateLimitedError: too many mails to this address, or from here; taken before any work is done.
            NotFoundError: there is no such organization, or it is not the caller's.
            InsufficientRoleError: the caller does not rule it, or the role is above their own.
            ConflictError: the address is a member's, or invited already, or too many are.
        """
        accounts = {AuthAction.SEND_INVITATIONS: str(inviter.id), AuthAction.INVITE: draft.email}
        await self._limits.take_together(accounts, address=client.address)
        require_reach(await self._authority.claim(organization_id, caller), draft.role)
        await self._require_new(organization_id, draft.email)
        issued = opaque_tokens.issue(TokenPurpose.INVITATION)
        # One that has expired would be in the way of the new one.
        await self._invitations.forget(organization_id, draft.email)
        invitation = Invitation(
            organization_id=organization_id,
            email=draft.email,
            role=draft.role,
            invited_by=inviter.id,
            digest=issued.digest,
            expires_at=self._clock() + timedelta(hours=self._settings.invitation_hours),
        )
        await self._invitations.save(invitation)
        await self._mail(invitation, issued.token, inviter)
        await self._tell(AuditAction.INVITATION_CREATED, invitation.id, organization_id, draft.role)
        return invitation

    async def revoke(self, organization_id: UUID, invitation_id: UUID, *, caller: Principal) -> None:
        """Take an invitation back: its link leads nowhere from now on.

        Raises:
            NotFoundError: there is no such invitation, or it is not the caller's to see.
            InsufficientRoleError: the caller does not rule the organization, or the role is above their own.
        """
        actor = await self._authority.claim(organization_id, caller)
        place = await self._invitations.revoke(invitation_id, organization_id, now=self._clock())
        require_reach(actor, place.role)
        await self._tell(AuditAction.INVITATION_REVOKED, invitation_id, organization_id, place.role)

    async def _require_new(self, organization_id: UUID, email: str) -> None:
        now = self._clock()
        if await self._invitations.is_member(organization_id, email):
            message = "A member has this address already."
            raise ConflictError(message)
        if await self._invitations.is_invited(organization_id, email, now=now):
            message = "This address is invited already. Revoke that invitation to send another."
            raise ConflictError(message)
        open_max = self._settings.open_invitations_max
        if await self._invitations.count_open(organization_id, now=now) >= open_max:
            message = f"At most {open_max} invitations may be open. Revoke one."
            raise ConflictError(message)

    async def _mail(self, invitation: Invitation, token: str, inviter: Person) -> None:
        organization = await self._organizations.get(invitation.organization_id)
        await self._mails.send(
            MailTemplate.INVITATION,
            invitation.email,
            organization=organization.name,
            inviter=inviter.email,
            role=invitation.role,
            expires_at=f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC",
            link=self._mails.link(PATH, token=token),
        )

    async def _tell(self, action: AuditAction, invitation_id: UUID, organization_id: UUID, role: str) -> None:
        await self._audit.record(
            action,
            organization_id=organization_id,
            target=f"invitation:{invitation_id}",
            details={"role": role},
        )
