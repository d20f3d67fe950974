"""Verify: another API asks the gate about a key that was sent to it."""

from collections.abc import Callable
from typing import NamedTuple

from app.core.access_tokens import AccessTokens
from app.core.admission import (
    Address,
    AdmissionCall,
    AdmissionRequest,
    CallVerdict,
    Code,
    LimitDemand,
    LimitUse,
    Presented,
    PresentedSession,
    Verdict,
)
from app.core.clock import Clock
from app.core.credentials import read_credential
from app.core.exceptions import (
    AddressNotAllowedError,
    InsufficientScopeError,
    InvalidCredentialError,
    ValidationFailedError,
)
from app.core.gcra import Take, rate_limit_headers
from app.core.principal import Principal
from app.core.scopes import Scope
from app.schemas.verification import (
    CreditsResponse,
    HeldResponse,
    LimitResponse,
    PrincipalResponse,
    VerifyRequest,
    VerifyResponse,
)
from app.services.admission_service import AdmissionService, raise_when_elsewhere, raise_when_exceeded

HOLD_HEADER = "X-Faregate-Hold"


class Asker(NamedTuple):
    """The service that asks: its credential, where it calls from, and in which of its requests."""

    presented: Presented
    address: Address | None
    request_id: str
    stranger: LimitDemand | None = None
    """Taken if nobody knows its credential."""
    note_subject: Callable[[str], None] = lambda _: None
    """Told who asks as soon as that is known, for the log."""


class VerificationService:
    """Answers what a credential may do; the asking service key is decided in the same batch."""

    def __init__(
        self,
        gate: AdmissionService,
        access_tokens: AccessTokens,
        clock: Clock,
        *,
        foreign_prefixes: tuple[str, ...] = (),
    ) -> None:
        self._foreign_prefixes = foreign_prefixes
        self._gate = gate
        self._access_tokens = access_tokens
        self._clock = clock

    async def verify(
        self, asker: Asker, questions: list[VerifyRequest], *, pointer: str
    ) -> list[VerifyResponse]:
        """The verdicts on `questions`, in order; `pointer` is where they stand in the body.

        Raises:
            InvalidCredentialError: the asker's key is not usable.
            NotFoundError: it does not belong to the organization that the asker names.
            AddressNotAllowedError: it may not be used from the asker's address.
            InsufficientScopeError: it lacks `gate:verify`.
            RateLimitedError: the asker's own plan is used up.
            ValidationFailedError: a question names a limit that the asked key's plan lacks.
        """
        requests = [self._request(question) for question in questions]
        service = AdmissionRequest(asker.presented, scopes=(Scope.GATE_VERIFY,), address=asker.address)
        call = AdmissionCall(requests, caller=service, request_id=asker.request_id, stranger=asker.stranger)
        verdict = await self._gate.admit(call)
        if verdict.caller is not None and verdict.caller.principal is not None:
            asker.note_subject(verdict.caller.principal.subject)
        raise_when_refused(verdict, pointer)
        return [answer(each) for each in verdict.verdicts]

    def _request(self, question: VerifyRequest) -> AdmissionRequest:
        limits = question.limits
        return AdmissionRequest(
            self._read(question.key),
            question.cost,
            question.scopes,
            None if limits is None else tuple([LimitUse(use.name, use.cost) for use in limits]),
            question.charge_id,
            "verify",
            question.ip,
            question.hold_expires_in_seconds if question.hold else None,
            question.tags,
        )

    def _read(self, key: str) -> Presented | None:
        presented = read_credential(
            key, self._access_tokens, self._clock(), foreign_prefixes=self._foreign_prefixes
        )
        # It sees what Faregate's own routes show; another API would act on it, and charge for that.
        is_impersonated = isinstance(presented, PresentedSession) and presented.actor_id is not None
        return None if is_impersonated else presented


def raise_when_refused(verdict: CallVerdict, pointer: str) -> None:
    """Turn a refusal of the caller, or of the whole call, into its error."""
    if verdict.unknown_limits:
        raise ValidationFailedError(
            [
                {
                    "pointer": f"{pointer.format(request)}/limits/{limit}/name",
                    "detail": "The plan has no limit of this name.",
                    "code": "unknown_limit",
                }
                for request, limit in verdict.unknown_limits
            ]
        )
    caller = verdict.caller
    if caller is None or caller.valid:
        return
    raise_when_elsewhere(caller)
    if caller.code is Code.INSUFFICIENT_SCOPE:
        raise InsufficientScopeError(Scope.GATE_VERIFY)
    if caller.code is Code.FORBIDDEN:
        raise AddressNotAllowedError
    raise_when_exceeded(caller.takes)
    raise InvalidCredentialError("The service key is not valid.")


def answer(verdict: Verdict) -> VerifyResponse:
    """A verdict as it is sent."""
    takes, hold = verdict.takes, verdict.hold
    return VerifyResponse(
        valid=verdict.valid,
        code=verdict.code.value,
        principal=None if verdict.principal is None else show_principal(verdict.principal),
        credits=CreditsResponse(charged=verdict.charged, remaining=verdict.remaining),
        limits=[show_limit(take) for take in takes],
        headers=headers_of(verdict),
        charge_id=verdict.charge_id,
        replayed=verdict.replayed,
        hold=None if hold is None else HeldResponse(hold.hold_id, hold.amount, hold.expires_at),
    )


def headers_of(verdict: Verdict) -> dict[str, str]:
    """What the API behind copies onto its answer: the limits, and the hold that it has to settle."""
    headers = rate_limit_headers(verdict.takes)
    if verdict.hold is not None:
        headers[HOLD_HEADER] = str(verdict.hold.hold_id)
    return headers


def show_principal(principal: Principal) -> PrincipalResponse:
    """A principal as other services see it."""
    return PrincipalResponse(
        principal.subject,
        principal.type.value,
        principal.organization_id,
        principal.user_id,
        principal.key_id,
        sorted(principal.scopes),
        principal.metadata,
    )


def show_limit(take: Take) -> LimitResponse:
    """A limit as other services see it."""
    quota = take.quota
    return LimitResponse(
        quota.name, quota.quota, take.remaining, take.reset_after_seconds, exceeded=take.exceeded
    )
