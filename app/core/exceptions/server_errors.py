"""What is wrong on this side: 500 and 503."""

from typing import ClassVar

from app.core.exceptions.app_error import AppError


class InternalError(AppError):
    """Something broke that should not; the caller learns nothing but the request id."""

    status = 500
    code = "internal_error"
    title = "Internal error"

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. Quote the request id when you report it.")


class UnavailableError(AppError):
    """Faregate cannot decide now; it refuses rather than guess."""

    status = 503
    code = "unavailable"
    title = "Service unavailable"
    retry_after_seconds: ClassVar[int] = 1

    @property
    def headers(self) -> dict[str, str]:
        """Say when to come back (RFC 9110, section 10.2.3)."""
        return {"Retry-After": str(self.retry_after_seconds)}


class NotReadyError(UnavailableError):
    """The process runs and cannot serve yet; what it waits for is in the log, not in the answer."""

    code = "not_ready"
    title = "Not ready"

    def __init__(self) -> None:
        super().__init__("This server is not ready to answer requests.")


class PasswordCheckUnavailableError(UnavailableError):
    """Whether a new password is known from breaches cannot be told now, and the operator wants it told."""

    code = "password_check_unavailable"
    title = "Password check unavailable"

    def __init__(self) -> None:
        super().__init__("New passwords cannot be checked at the moment. Try again shortly.")


class OverloadedError(UnavailableError):
    """More is waiting than can be decided in time."""

    code = "overloaded"
    title = "Overloaded"

    def __init__(self) -> None:
        super().__init__("Too many requests are waiting. Try again shortly.")


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL cannot be reached."""

    code = "database_unavailable"
    title = "Database unavailable"

    def __init__(
        self,
        detail: str = "The database cannot be reached. Nothing is decided without it; try again shortly.",
    ) -> None:
        super().__init__(detail)


class CommitOutcomeUnknownError(DatabaseUnavailableError):
    """The connection was lost during a commit, which may have happened: it is never repeated blindly."""

    code = "commit_outcome_unknown"
    title = "Outcome unknown"

    def __init__(self) -> None:
        super().__init__(
            "The connection was lost during the commit, which may have happened. "
            "Repeat with the same charge id to learn the outcome."
        )
