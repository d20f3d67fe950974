"""The service of signing up through an invitation."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.invitation_answer_service import InvitationAnswerServiceDep
from app.api.dependencies.new_password_service import NewPasswordServiceDep
from app.api.dependencies.registration_service import RegistrationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.services.invited_sign_up_service import InvitedSignUpService


async def get_invited_sign_up_service(
    answers: InvitationAnswerServiceDep,
    people: RegistrationServiceDep,
    passwords: NewPasswordServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> InvitedSignUpService:
    """The service, in the request's unit of work."""
    policy = resources.settings.sign_up_policy
    return InvitedSignUpService(answers, people, passwords, limits=limits, audit=audit, policy=policy)


InvitedSignUpServiceDep = Annotated[InvitedSignUpService, Depends(get_invited_sign_up_service)]
