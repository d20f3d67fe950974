"""What goes wrong when somebody reports leaked keys."""

from app.core.exceptions.access_errors import ForbiddenError
from app.core.exceptions.server_errors import UnavailableError


class ReportNotSignedError(ForbiddenError):
    """The report of leaked keys carries no signature of the reporter that is trusted."""

    code = "report_not_signed"
    title = "Report not signed"

    def __init__(self) -> None:
        super().__init__("The report must be signed by the reporter that this server trusts.")


class ReporterUnavailableError(UnavailableError):
    """The reporter's public keys cannot be had, so nothing it signs can be believed now."""

    code = "reporter_unavailable"
    title = "Reporter unavailable"
    retry_after_seconds = 10

    def __init__(self) -> None:
        super().__init__("The reporter's public keys cannot be had. Send the report again shortly.")
