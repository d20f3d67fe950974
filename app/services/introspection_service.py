"""Introspection: what a token stands for now, told to those whose business it is (RFC 7662)."""

from app.core.access_claims import AccessClaims
from app.core.access_tokens import AccessTokens
from app.core.admission import AdmissionCall, AdmissionRequest
from app.core.clock import Clock
from app.core.credentials import read_credential
from app.core.principal import Principal, PrincipalType
from app.core.scopes import Scope
from app.schemas.token import ActorResponse, IntrospectionResponse
from app.services.admission_service import AdmissionService

INACTIVE = IntrospectionResponse(active=False)
"""All that a non-owner learns, of every token alike."""


class IntrospectionService:
    """Asks the gate about access tokens and API keys, at no cost and against no limit of theirs.

    Refresh tokens are never active here: a service that mistook one for an access token would let it in.
    """

    def __init__(
        self,
        gate: AdmissionService,
        access_tokens: AccessTokens,
        *,
        foreign_prefixes: tuple[str, ...],
        issuer: str,
        audience: str,
        clock: Clock,
    ) -> None:
        self._foreign_prefixes = foreign_prefixes
        self._gate = gate
        self._access_tokens = access_tokens
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    async def introspect(self, token: str, caller: Principal) -> IntrospectionResponse:
        """What the gate would say of this token now, if the caller may know of it."""
        now = self._clock()
        presented = read_credential(token, self._access_tokens, now, foreign_prefixes=self._foreign_prefixes)
        question = AdmissionRequest(presented, limits=(), is_use=False)
        verdict = (await self._gate.admit(AdmissionCall([question]))).verdicts[0]
        principal = verdict.principal
        if principal is None or not verdict.valid or not may_know(caller, principal):
            return INACTIVE
        if principal.type is PrincipalType.API_KEY:
            return describe(principal)
        claims = self._access_tokens.verify(token, now)
        return INACTIVE if claims is None else self._describe_session(principal, claims)

    def _describe_session(self, principal: Principal, claims: AccessClaims) -> IntrospectionResponse:
        return describe(principal).model_copy(
            update={
                "sid": claims.session_id,
                "act": principal.impersonator_id and ActorResponse(sub=principal.impersonator_id),
                "auth_time": principal.authenticated_at and int(principal.authenticated_at.timestamp()),
                "iss": self._issuer,
                "aud": self._audience,
                "iat": int(claims.issued_at.timestamp()),
                "exp": int(claims.expires_at.timestamp()),
                "jti": claims.jti,
            }
        )


def may_know(caller: Principal, principal: Principal) -> bool:
    """Whether the token is the caller's business: services that guard APIs, and owners."""
    if caller.has(Scope.GATE_VERIFY):
        return True
    if principal.type is PrincipalType.SESSION:
        return caller.type is PrincipalType.SESSION and caller.user_id == principal.user_id
    return caller.organization_id == principal.organization_id and caller.has(Scope.API_KEYS_READ)


def describe(principal: Principal) -> IntrospectionResponse:
    """What is told of every active token."""
    return IntrospectionResponse(
        active=True,
        token_type="Bearer",  # noqa: S106 -- the name of a scheme (RFC 6750)
        scope=" ".join(sorted(principal.scopes)),
        sub=principal.user_id,
        client_id=principal.subject,
        organization_id=principal.organization_id,
    )
