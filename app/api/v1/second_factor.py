"""The second step of signing in: an `mfa_token` opens these routes and nothing else."""

from fastapi import APIRouter, Request, Response

from app.api.access import NOTHING, public
from app.api.dependencies.client import ClientDep
from app.api.dependencies.second_factor_service import SecondFactorServiceDep
from app.api.dependencies.session_transport import SessionTransportDep
from app.api.problems import problem_responses
from app.api.sign_in_answer import COOKIE_RESPONSES, second_factor_answer
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.schemas.auth import TokenResponse
from app.schemas.passkey import PasskeyOptionsResponse
from app.schemas.second_factor import MfaTokenRequest, PasskeyProof, RecoveryCodeProof, TotpProof

router = APIRouter(prefix="/api/v1/auth/mfa", tags=["Sign-in"], route_class=StrictRoute)

proves = public(
    attempts=(AuthAction.SECOND_FACTOR,),
    audit=(AuditAction.SIGN_IN, AuditAction.REAUTHENTICATED),
    refusals=(AuditAction.SECOND_FACTOR_FAILED, AuditAction.PASSKEY_SUSPECTED, AuditAction.SIGN_IN_FAILED),
)


@router.post(
    "/totp",
    summary="Sign in: the authenticator's code",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[proves],
)
async def prove_totp(
    body: TotpProof,
    client: ClientDep,
    factors: SecondFactorServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Finish a sign-in with the code that your authenticator app shows.

    A code works once, and no older one works after it. An `mfa_token` takes five tries in ten minutes.
    """
    token, code = body.mfa_token.get_secret_value(), body.code.get_secret_value()
    return second_factor_answer(request, await factors.prove_totp(token, code, client), transport)


@router.post(
    "/recovery-code",
    summary="Sign in: a recovery code",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[proves],
)
async def prove_recovery_code(
    body: RecoveryCodeProof,
    client: ClientDep,
    factors: SecondFactorServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Finish a sign-in with one of your recovery codes, which is used up. You are told by mail."""
    token, code = body.mfa_token.get_secret_value(), body.code.get_secret_value()
    return second_factor_answer(request, await factors.prove_recovery_code(token, code, client), transport)


@router.post(
    "/passkey/options",
    summary="Sign in: ask for a passkey",
    responses=problem_responses(401, 429),
    dependencies=[public(attempts=(AuthAction.PASSKEY,), audit=NOTHING)],
)
async def ask_passkey(
    body: MfaTokenRequest, client: ClientDep, factors: SecondFactorServiceDep
) -> PasskeyOptionsResponse:
    """Get what your browser needs to ask one of your passkeys."""
    options = await factors.ask_passkey(body.mfa_token.get_secret_value(), client)
    return PasskeyOptionsResponse(public_key=options)


@router.post(
    "/passkey",
    summary="Sign in: the passkey's answer",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[proves],
)
async def prove_passkey(
    body: PasskeyProof,
    client: ClientDep,
    factors: SecondFactorServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Finish a sign-in with the answer of one of your passkeys."""
    token, credential = body.mfa_token.get_secret_value(), body.credential.model_dump(by_alias=True)
    return second_factor_answer(request, await factors.prove_passkey(token, credential, client), transport)
