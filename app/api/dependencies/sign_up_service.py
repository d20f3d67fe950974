"""The service of signing up."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.auth_limits import AuthLimitsDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.new_password_service import NewPasswordServiceDep
from app.api.dependencies.one_time_token_service import OneTimeTokenServiceDep
from app.api.dependencies.registration_service import RegistrationServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.services.sign_up_service import SignUpService


async def get_sign_up_service(
    tokens: OneTimeTokenServiceDep,
    people: RegistrationServiceDep,
    passwords: NewPasswordServiceDep,
    mails: MailServiceDep,
    limits: AuthLimitsDep,
    audit: AuditServiceDep,
    resources: ResourcesDep,
) -> SignUpService:
    """The service, in the request's unit of work."""
    policy = resources.settings.sign_up_policy
    return SignUpService(tokens, people, passwords, mails, limits=limits, audit=audit, policy=policy)


SignUpServiceDep = Annotated[SignUpService, Depends(get_sign_up_service)]
