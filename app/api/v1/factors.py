"""Your second factors: an authenticator app, and codes for when all else is lost."""

from fastapi import APIRouter, status

from app.api.access import NOTHING, fresh_session, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.factor_service import FactorServiceDep
from app.api.dependencies.recovery_code_service import RecoveryCodeServiceDep
from app.api.dependencies.session_principal import PersonDep, SessionIdDep
from app.api.dependencies.totp_service import TotpServiceDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.schemas.factor import (
    FactorsResponse,
    RecoveryCodesResponse,
    TotpConfirmation,
    TotpEnrolmentResponse,
)

router = APIRouter(prefix="/api/v1/auth/factors", tags=["Second factors"], route_class=StrictRoute)


@router.get(
    "",
    summary="Read your second factors",
    responses=problem_responses(401, 403, 429),
    dependencies=[session()],
)
async def read_factors(person: PersonDep, factors: FactorServiceDep) -> FactorsResponse:
    """Read whether your account demands a second factor, and what you can prove."""
    return await factors.read(person.id)


@router.post(
    "/totp",
    summary="Enrol an authenticator app",
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=NOTHING)],
)
async def enrol_totp(person: PersonDep, totp: TotpServiceDep) -> TotpEnrolmentResponse:
    """Get a QR code for your authenticator app. It counts once a code has confirmed it."""
    return TotpEnrolmentResponse.model_validate(await totp.enrol(person))


@router.post(
    "/totp/confirmation",
    summary="Confirm an authenticator app",
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(attempts=(AuthAction.SECOND_FACTOR,), audit=AuditAction.TOTP_ADDED)],
)
async def confirm_totp(
    body: TotpConfirmation,
    person: PersonDep,
    session_id: SessionIdDep,
    client: ClientDep,
    totp: TotpServiceDep,
) -> RecoveryCodesResponse:
    """Show that your authenticator app has the secret. From now on, signing in demands its code.

    With the first factor come recovery codes, in this answer and never again. Your other sessions must prove
    the new factor before they may do what is sensitive.
    """
    code = body.code.get_secret_value()
    codes = await totp.confirm(person.id, code, session_id=session_id, client=client)
    return RecoveryCodesResponse(recovery_codes=codes)


@router.delete(
    "/totp",
    summary="Remove your authenticator app",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.TOTP_REMOVED)],
)
async def remove_totp(person: PersonDep, totp: TotpServiceDep) -> None:
    """Forget your authenticator app. Your sessions, this one too, must prove anew who you are.

    Without any factor left, your recovery codes are void.
    """
    await totp.remove(person.id)


@router.post(
    "/recovery-codes",
    summary="Renew your recovery codes",
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_session(audit=AuditAction.RECOVERY_CODES_RENEWED)],
)
async def renew_recovery_codes(
    person: PersonDep, recovery_codes: RecoveryCodeServiceDep
) -> RecoveryCodesResponse:
    """Get ten new recovery codes, in this answer and never again. The old ones are void."""
    return RecoveryCodesResponse(recovery_codes=await recovery_codes.renew(person.id))
