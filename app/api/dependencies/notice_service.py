"""The service of security notices."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.client import ClientDep
from app.api.dependencies.mail_service import MailServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.user_repository import UserRepository
from app.services.notice_service import NoticeService


async def get_notice_service(
    session: SessionDep, mails: MailServiceDep, client: ClientDep, resources: ResourcesDep
) -> NoticeService:
    """The service, in the request's unit of work, knowing where the request comes from."""
    return NoticeService(UserRepository(session), mails, client=client, clock=resources.clock)


NoticeServiceDep = Annotated[NoticeService, Depends(get_notice_service)]
