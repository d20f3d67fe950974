"""Proving again who you are without a password: a fresh session in place of the one that calls."""

from functools import partial

from fastapi import APIRouter, Request, Response, status

from app.api.access import NOTHING, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.mailed_proof_service import MailedProofServiceDep
from app.api.dependencies.reauthentication_service import ReauthenticationServiceDep
from app.api.dependencies.session_principal import PersonDep, SessionIdDep
from app.api.dependencies.session_transport import SessionTransportDep
from app.api.problems import problem_response, problem_responses
from app.api.sign_in_answer import COOKIE_RESPONSES, SIGN_IN_RESPONSES, second_factor_answer, sign_in_answer
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidOneTimeTokenError
from app.schemas.auth import TokenResponse
from app.schemas.one_time_token import HandleResponse
from app.schemas.passkey import PasskeyOptionsResponse, PasskeySignIn
from app.schemas.reauthentication import MailedCodeProof, TotpCodeProof

router = APIRouter(prefix="/api/v1/auth/reauthenticate", tags=["Sign-in"], route_class=StrictRoute)

proves = partial(
    session,
    # Nor by another session of the same person: a proof that works once opens nothing twice.
    never_replayed="A proof works once, and its answer opens a session.",
    audit=AuditAction.REAUTHENTICATED,
    refusals=(AuditAction.REAUTHENTICATION_FAILED, AuditAction.PASSKEY_SUSPECTED),
)


@router.post(
    "/passkey/options",
    summary="Prove again: ask for a passkey",
    responses=problem_responses(401, 403, 429),
    dependencies=[session(attempts=(AuthAction.PASSKEY,), audit=NOTHING)],
)
async def ask_passkey_again(
    person: PersonDep, client: ClientDep, reauthentication: ReauthenticationServiceDep
) -> PasskeyOptionsResponse:
    """Get what your browser needs to ask one of your passkeys; its device must verify you."""
    return PasskeyOptionsResponse(public_key=await reauthentication.ask_passkey(person.id, client))


@router.post(
    "/passkey",
    summary="Prove again: the passkey's answer",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[proves(attempts=(AuthAction.PASSKEY,))],
)
async def prove_passkey_again(
    body: PasskeySignIn,
    session_id: SessionIdDep,
    person: PersonDep,
    client: ClientDep,
    reauthentication: ReauthenticationServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Replace this session by a fresh one with one of your passkeys. No password is needed besides."""
    credential = body.credential.model_dump(by_alias=True)
    outcome = await reauthentication.prove_passkey(session_id, person.id, credential, client)
    return second_factor_answer(request, outcome, transport)


@router.post(
    "/totp",
    summary="Prove again: the authenticator's code",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 409, 429),
    dependencies=[proves(attempts=(AuthAction.SECOND_FACTOR,))],
)
async def prove_totp_again(
    body: TotpCodeProof,
    session_id: SessionIdDep,
    person: PersonDep,
    client: ClientDep,
    reauthentication: ReauthenticationServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Replace this session by a fresh one with the code that your authenticator app shows.

    For accounts without a password: one that has a password proves it first, as in signing in.
    """
    code = body.code.get_secret_value()
    outcome = await reauthentication.prove_totp(session_id, person.id, code, client)
    return second_factor_answer(request, outcome, transport)


@router.post(
    "/mail",
    summary="Prove again: ask for a code by mail",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[session(attempts=(AuthAction.MAIL_PROOF,), audit=NOTHING)],
)
async def ask_mailed_code(
    person: PersonDep, client: ClientDep, proofs: MailedProofServiceDep
) -> HandleResponse:
    """Have a code of six digits sent to your address, good for ten minutes and five tries.

    For accounts that have neither a password nor a second factor: they sign in through a provider alone.
    """
    return HandleResponse(handle=await proofs.begin(person, client))


@router.post(
    "/mail/confirmation",
    summary="Prove again: the mailed code",
    response_model=TokenResponse,
    responses=SIGN_IN_RESPONSES | problem_responses(400, 401, 403, 409, 429),
    dependencies=[proves(attempts=(AuthAction.SECOND_FACTOR,))],
)
async def prove_mailed_code(
    body: MailedCodeProof,
    session_id: SessionIdDep,
    person: PersonDep,
    client: ClientDep,
    proofs: MailedProofServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Replace this session by a fresh one with the mailed code and its handle."""
    handle = body.handle.get_secret_value()
    outcome = await proofs.finish(session_id, person, handle=handle, code=body.code, client=client)
    if outcome is None:
        # Answered, not raised: the try must be counted.
        return problem_response(request, InvalidOneTimeTokenError())
    return sign_in_answer(outcome, transport)
