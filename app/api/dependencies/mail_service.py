"""The service of mails."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.job_repository import JobRepository
from app.services.mail_service import MailService


async def get_mail_service(session: SessionDep, resources: ResourcesDep) -> MailService:
    """The service, in the request's unit of work."""
    jobs = JobRepository(session, resources.secret_box)
    return MailService(jobs, public_url=str(resources.settings.http.public_url))


MailServiceDep = Annotated[MailService, Depends(get_mail_service)]
