"""The service that hands people their data."""

from typing import Annotated

from fastapi import Depends

from app.api.dependencies.audit_service import AuditServiceDep
from app.api.dependencies.resources import ResourcesDep
from app.api.dependencies.session import SessionDep
from app.repositories.account_export_repository import AccountExportRepository
from app.services.account_export_service import AccountExportService


async def get_account_export_service(
    session: SessionDep, audit: AuditServiceDep, resources: ResourcesDep
) -> AccountExportService:
    """The service, in the request's unit of work."""
    return AccountExportService(AccountExportRepository(session), audit=audit, clock=resources.clock)


AccountExportServiceDep = Annotated[AccountExportService, Depends(get_account_export_service)]
