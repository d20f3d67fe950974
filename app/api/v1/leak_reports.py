"""Leak reports: who finds our keys in public places tells us here."""

from fastapi import APIRouter, Depends

from app.api.access import Sometimes, public
from app.api.dependencies.guards import AddressRateLimit
from app.api.dependencies.leak_report_service import LeakReportServiceDep
from app.api.dependencies.signed_report import require_signed_report
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.settings import LimitSettings
from app.schemas.leak_report import LeakAnswer, LeakReports

router = APIRouter(prefix="/api/v1/leak-reports", tags=["API keys"], route_class=StrictRoute)


def leak_report_quota(limits: LimitSettings) -> int:
    """How often one address may report."""
    return limits.leak_reports_per_address


@router.post(
    "",
    summary="Report leaked keys",
    responses=problem_responses(403, 404, 422, 429, 503),
    dependencies=[
        public(
            limits=(AddressRateLimit("leak_reports", quota=leak_report_quota),),
            audit=Sometimes(AuditAction.API_KEY_LEAKED),
        ),
        Depends(require_signed_report),
    ],
)
async def report_leaked_keys(reports: LeakReports, leaks: LeakReportServiceDep) -> list[LeakAnswer]:
    """Disable keys that were found in public, and tell their owners by mail.

    The body must be signed as GitHub's secret scanning does it. 404 unless the operator trusts a reporter.
    """
    return await leaks.take(reports)
