"""Your passkeys, and signing in with one alone."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.api.access import NOTHING, fresh_session, public, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.passkey_service import PasskeyServiceDep
from app.api.dependencies.passkey_sign_in_service import PasskeySignInServiceDep
from app.api.dependencies.session_principal import PersonDep, SessionIdDep
from app.api.dependencies.session_transport import SessionTransportDep
from app.api.problems import problem_response, problem_responses
from app.api.sign_in_answer import COOKIE_RESPONSES, sign_in_answer
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.core.exceptions import InvalidPasskeyError
from app.schemas.auth import TokenResponse
from app.schemas.passkey import (
    PasskeyCreate,
    PasskeyCreateResponse,
    PasskeyOptionsResponse,
    PasskeyResponse,
    PasskeySignIn,
    PasskeyUpdate,
)

router = APIRouter(prefix="/api/v1/auth/passkeys", tags=["Second factors"], route_class=StrictRoute)


@router.post(
    "/sign-in/options",
    summary="Ask for a passkey",
    responses=problem_responses(429),
    dependencies=[public(attempts=(AuthAction.PASSKEY,), audit=NOTHING)],
)
async def begin_passkey_sign_in(
    client: ClientDep, passkeys: PasskeySignInServiceDep
) -> PasskeyOptionsResponse:
    """Get what your browser needs to ask for any passkey of yours. No address is needed, and none is told."""
    return PasskeyOptionsResponse(public_key=await passkeys.begin(client))


@router.post(
    "/sign-in",
    summary="Sign in with a passkey",
    response_model=TokenResponse,
    responses=COOKIE_RESPONSES | problem_responses(401, 403, 429),
    dependencies=[
        public(
            attempts=(AuthAction.PASSKEY,),
            audit=AuditAction.SIGN_IN,
            refusals=(AuditAction.SIGN_IN_FAILED, AuditAction.PASSKEY_SUSPECTED),
        )
    ],
)
async def finish_passkey_sign_in(
    body: PasskeySignIn,
    client: ClientDep,
    passkeys: PasskeySignInServiceDep,
    transport: SessionTransportDep,
    request: Request,
) -> TokenResponse | Response:
    """Open a session with a passkey alone. Its device must have verified you, so it is two factors in one."""
    outcome = await passkeys.finish(body.credential.model_dump(by_alias=True), client)
    if outcome is None:
        # Answered, not raised: the challenge is used up, and a suspicion must be kept.
        return problem_response(request, InvalidPasskeyError())
    return sign_in_answer(outcome, transport)


@router.get(
    "",
    summary="List your passkeys",
    responses=problem_responses(401, 403, 429),
    dependencies=[session()],
)
# standards: ignore[SCH004] nobody can have more than twenty
async def list_passkeys(person: PersonDep, passkeys: PasskeyServiceDep) -> list[PasskeyResponse]:
    """List your passkeys, oldest first; there are at most twenty."""
    return [PasskeyResponse.model_validate(each) for each in await passkeys.list(person.id)]


@router.post(
    "/options",
    summary="Prepare a passkey",
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=NOTHING)],
)
async def begin_passkey(person: PersonDep, passkeys: PasskeyServiceDep) -> PasskeyOptionsResponse:
    """Get what your browser needs to make a passkey."""
    return PasskeyOptionsResponse(public_key=await passkeys.begin(person))


@router.post(
    "",
    summary="Add a passkey",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.PASSKEY_ADDED)],
)
async def add_passkey(
    body: PasskeyCreate, person: PersonDep, session_id: SessionIdDep, passkeys: PasskeyServiceDep
) -> PasskeyCreateResponse:
    """Keep the passkey that your browser has made. From now on, a password alone does not let you in.

    With the first factor come recovery codes, in this answer and never again.
    """
    credential = body.credential.model_dump(by_alias=True)
    new = await passkeys.add(person.id, body.name, credential, session_id=session_id)
    shown = PasskeyCreateResponse.model_validate(new.passkey)
    return shown.model_copy(update={"recovery_codes": new.recovery_codes})


@router.patch(
    "/{passkey_id}",
    summary="Rename a passkey",
    responses=problem_responses(401, 403, 404, 429),
    dependencies=[session(audit=AuditAction.PASSKEY_RENAMED)],
)
async def rename_passkey(
    passkey_id: UUID, body: PasskeyUpdate, person: PersonDep, passkeys: PasskeyServiceDep
) -> PasskeyResponse:
    """Give one of your passkeys another name."""
    return PasskeyResponse.model_validate(await passkeys.rename(passkey_id, body.name, user_id=person.id))


@router.delete(
    "/{passkey_id}",
    summary="Remove a passkey",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.PASSKEY_REMOVED)],
)
async def remove_passkey(passkey_id: UUID, person: PersonDep, passkeys: PasskeyServiceDep) -> None:
    """Forget a passkey. Your sessions, this one too, must prove anew who you are.

    The last way to sign in stays: an account without a password keeps its last passkey.
    """
    await passkeys.remove(passkey_id, user_id=person.id)
