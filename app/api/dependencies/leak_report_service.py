"""The service of leak reports."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.notice_service import NoticeServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.api_key_repository import ApiKeyRepository
from app.services.leak_report_service import LeakReportService


async def get_leak_report_service(
    session: SessionDep, resources: ResourcesDep, audit: AuditServiceDep, notices: NoticeServiceDep
) -> LeakReportService:
    """The service, in the request's unit of work."""
    return LeakReportService(
        ApiKeyRepository(session),
        secrets=resources.api_key_secrets,
        foreign_prefixes=resources.settings.keys.foreign_prefixes,
        audit=audit,
        notices=notices,
        clock=resources.clock,
    )


LeakReportServiceDep = Annotated[LeakReportService, Depends(get_leak_report_service)]
