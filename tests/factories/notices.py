"""Security notices from services that a test puts together by hand."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.resources import Resources
from app.core.client import Client
from app.repositories.job_repository import JobRepository
from app.repositories.user_repository import UserRepository
from app.services.mail_service import MailService
from app.services.notice_service import NoticeService

CLIENT = Client("192.0.2.7", "curl/8.5.0")


def notices_in(session: AsyncSession, resources: Resources) -> NoticeService:
    """The service in this transaction."""
    jobs = JobRepository(session, resources.secret_box)
    mails = MailService(jobs, public_url=str(resources.settings.http.public_url))
    return NoticeService(UserRepository(session), mails, client=CLIENT, clock=resources.clock)
