"""Answering an invitation, with the token that was mailed."""

from fastapi import APIRouter, status

from app.api.access import public, session
from app.api.dependencies.client import ClientDep
from app.api.dependencies.invitation_answer_service import InvitationAnswerServiceDep
from app.api.dependencies.invited_sign_up_service import InvitedSignUpServiceDep
from app.api.dependencies.session_principal import PersonDep
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.auth_action import AuthAction
from app.schemas.invitation import InvitationAnswer, InvitedSignUp
from app.schemas.member import MembershipResponse
from app.schemas.user import UserResponse

router = APIRouter(prefix="/api/v1/invitations", tags=["Invitations"], route_class=StrictRoute)


@router.post(
    "/accept",
    summary="Accept an invitation",
    responses=problem_responses(400, 401, 403, 409, 429),
    dependencies=[session(attempts=(AuthAction.ACCEPT_INVITATION,), audit=AuditAction.INVITATION_ACCEPTED)],
)
async def accept_invitation(
    body: InvitationAnswer, person: PersonDep, client: ClientDep, answers: InvitationAnswerServiceDep
) -> MembershipResponse:
    """Take the offered place, signed in with the account of the invited address.

    Then name the organization in `X-Organization` to act in it.
    """
    membership = await answers.accept(body.token.get_secret_value(), person, client)
    return MembershipResponse.model_validate(membership)


@router.post(
    "/decline",
    summary="Decline an invitation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(400, 429),
    dependencies=[public(attempts=(AuthAction.ACCEPT_INVITATION,), audit=AuditAction.INVITATION_DECLINED)],
)
async def decline_invitation(
    body: InvitationAnswer, client: ClientDep, answers: InvitationAnswerServiceDep
) -> None:
    """Turn the offer down. Nobody needs an account for that."""
    await answers.decline(body.token.get_secret_value(), client)


@router.post(
    "/sign-up",
    summary="Sign up through an invitation",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(400, 403, 409, 429),
    dependencies=[
        public(
            attempts=(AuthAction.ACCEPT_INVITATION,),
            audit=(AuditAction.SIGNED_UP, AuditAction.INVITATION_ACCEPTED),
        )
    ],
)
async def sign_up_through_invitation(
    body: InvitedSignUp, client: ClientDep, sign_ups: InvitedSignUpServiceDep
) -> UserResponse:
    """Make the account of the invited address, with an organization of its own and the offered place.

    The mailed token proves the address. It works where signing up is by invitation only, too.
    """
    user = await sign_ups.sign_up(body.token.get_secret_value(), body, client)
    return UserResponse.model_validate(user)
