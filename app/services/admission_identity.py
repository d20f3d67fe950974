"""Who a credential is: the first question of the gate."""

from dataclasses import dataclass

from app.core.admission import (
    AdmissionRequest,
    Code,
    Presented,
    PresentedSession,
    Snapshot,
    StoredKey,
    StoredSession,
)
from app.core.api_key_secrets import ApiKeySecrets, PresentedKey
from app.core.principal import Principal, PrincipalType
from app.core.roles import Role
from app.core.scopes import OPERATOR_SCOPES, VIEWER_SCOPES, Scope

NO_SCOPES: frozenset[str] = frozenset()
ALL_SCOPES: frozenset[str] = frozenset(Scope)
WITHHELD = {
    (role.value, is_operator): ALL_SCOPES - role.scopes - (OPERATOR_SCOPES if is_operator else NO_SCOPES)
    for role in Role
    for is_operator in (False, True)
}
"""Role, and whether of an operator -> Faregate's own scopes that such a person's keys do not have."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the decision needs besides the data: how secrets are compared, what roles may do."""

    api_key_secrets: ApiKeySecrets
    resource_scopes: frozenset[str] = NO_SCOPES
    """Scopes of the API behind the gate, which members may give to their keys."""

    def session_scopes(self, session: StoredSession) -> frozenset[str]:
        """What a person may do in the session's organization."""
        member = NO_SCOPES
        if session.role is not None:
            role = Role(session.role)
            member = role.scopes | self.resource_scopes if role.builds else role.scopes
        if session.impersonator_id is not None:
            # Whoever looks at what somebody sees need not be able to change or spend anything of theirs.
            return member & VIEWER_SCOPES
        return member | OPERATOR_SCOPES if session.user_is_operator else member

    def key_scopes(self, key: StoredKey) -> frozenset[str]:
        """What a key may do now: of what it was given, no more than its creator may do there."""
        if key.role is None:
            return NO_SCOPES
        scopes = frozenset(key.scopes) - WITHHELD[key.role, key.user_is_operator]
        return scopes if Role(key.role).builds else scopes & ALL_SCOPES


@dataclass(slots=True)
class Identity:
    """Who a credential is, and whether that alone is reason to refuse."""

    code: Code
    stored: StoredKey | StoredSession | None = None
    principal: Principal | None = None


class Identifier:
    """Finds who stands behind the credentials of one batch; each is looked at once."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self._snapshot = snapshot
        self._policy = policy
        self._identities: dict[Presented, Identity] = {}

    def identify(self, presented: Presented | None) -> Identity:
        """Who this is; NOT_FOUND for a string that cannot be a credential, without looking."""
        if presented is None:
            return Identity(Code.NOT_FOUND)
        identity = self._identities.get(presented)
        if identity is None:
            if isinstance(presented, PresentedKey):
                identity = self._identify_key(presented)
            else:
                identity = self._identify_session(presented)
            self._identities[presented] = identity
        return identity

    def _identify_key(self, presented: PresentedKey) -> Identity:
        key = self._snapshot.keys.get(presented.lookup_id)
        digest, pepper_id = (key.digest, key.pepper_id) if key else (None, None)
        matches = self._policy.api_key_secrets.matches(presented, digest=digest, pepper_id=pepper_id)
        if key is None or not matches:
            return Identity(Code.NOT_FOUND)
        principal = Principal(
            PrincipalType.API_KEY,
            key.organization_id,
            key.user_id,
            self._policy.key_scopes(key),
            key_id=key.key_id,
            is_operator=key.user_is_operator,
            metadata=key.metadata or {},
        )
        retired = key.retired_at is not None and key.retired_at <= self._snapshot.now
        code = self._standing(key, presented, revoked=retired, enabled=key.enabled)
        return Identity(code, key, principal)

    def _identify_session(self, presented: PresentedSession) -> Identity:
        session = self._snapshot.sessions.get(presented.place)
        if session is None or session.user_id != presented.user_id:
            return Identity(Code.NOT_FOUND)
        if session.impersonator_id != presented.actor_id:
            return Identity(Code.NOT_FOUND)
        principal = Principal(
            PrincipalType.SESSION,
            session.organization_id,
            session.user_id,
            self._policy.session_scopes(session),
            session_id=session.session_id,
            person=session.person,
            # Nobody has proved to be this person: what needs such a proof stays closed.
            authenticated_at=None if session.impersonator_id else session.authenticated_at,
            impersonator_id=session.impersonator_id,
            is_operator=session.user_is_operator,
        )
        return Identity(self._standing(session, presented, revoked=False, enabled=True), session, principal)

    def _standing(
        self, stored: StoredKey | StoredSession, presented: Presented, *, revoked: bool, enabled: bool
    ) -> Code:
        if revoked or stored.revoked_at is not None:
            return Code.REVOKED
        # Who has left the organization spends nothing of it any more: not its limits, not its credits.
        is_member = stored.role is not None
        if not (enabled and is_member and stored.user_active and stored.organization_active):
            return Code.DISABLED
        if stored.expires_at is not None and stored.expires_at <= self._snapshot.now:
            return Code.EXPIRED
        if presented.organization_id not in (None, stored.organization_id):
            # With a principal: the credential is known, the organization that it asks for is not.
            return Code.NOT_FOUND
        return Code.VALID


def address_allowed(request: AdmissionRequest, key: StoredKey) -> bool:
    """Whether the key may be used from there; a list without an address to check refuses."""
    if key.allowed_cidrs is None:
        return True
    return request.address is not None and any(request.address in network for network in key.allowed_cidrs)
