"""Every error Faregate raises on purpose, and the HTTP status each family stands for.

    AppError (abstract)
    |- BadRequestError            400
    |  `- MalformedJsonError
    |- UnauthenticatedError       401
    |  |- InvalidCredentialError
    |  `- InvalidLoginError
    |- PaymentRequiredError       402
    |  `- InsufficientCreditsError
    |- ForbiddenError             403
    |  |- InsufficientScopeError
    |  `- AddressNotAllowedError
    |- NotFoundError              404
    |- ConflictError              409
    |- PreconditionFailedError    412
    |- UnsupportedMediaTypeError  415
    |- UnprocessableError         422
    |  |- InvalidFieldError
    |  `- ChargeIdReusedError
    |- TooManyRequestsError       429
    |  `- RateLimitedError
    `- UnavailableError           503
       |- OverloadedError
       `- DatabaseUnavailableError

A family fixes the status; a leaf fixes the stable `code` and adds typed members to the problem document
(RFC 9457). There is no default status: an error without a family is a bug.
"""

from typing import Any, ClassVar


class AppError(Exception):
    """The root: something a caller can be told about."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **members: Any) -> None:
        """Keep the sentence for people and the typed members for programs."""
        super().__init__(detail)
        self.detail = detail
        self.members = members

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that belong to this error."""
        return {}


class BadRequestError(AppError):
    """The request cannot be understood."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class MalformedJsonError(BadRequestError):
    """The body is not one JSON value with unique member names."""

    code = "malformed_json"
    title = "Malformed JSON"


class UnauthenticatedError(AppError):
    """Nobody is known to be calling."""

    status = 401
    code = "unauthenticated"
    title = "Authentication required"

    @property
    def headers(self) -> dict[str, str]:
        """Name the scheme to use (RFC 9110, section 11.6.1)."""
        return {"WWW-Authenticate": 'Bearer realm="faregate"'}


class InvalidCredentialError(UnauthenticatedError):
    """A credential was presented and is not usable."""

    code = "invalid_credential"
    title = "Invalid credential"

    @property
    def headers(self) -> dict[str, str]:
        """Say that the token was the trouble (RFC 6750, section 3.1)."""
        return {"WWW-Authenticate": 'Bearer realm="faregate", error="invalid_token"'}


class InvalidLoginError(UnauthenticatedError):
    """The e-mail and password do not open an account; which of the two is never told."""

    code = "invalid_login"
    title = "Invalid e-mail or password"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class PaymentRequiredError(AppError):
    """The call costs more than there is."""

    status = 402
    code = "payment_required"
    title = "Payment required"


class InsufficientCreditsError(PaymentRequiredError):
    """The organization's balance, or the key's cap, does not cover the cost."""

    code = "insufficient_credits"
    title = "Insufficient credits"

    def __init__(self, *, required: int, available: int) -> None:
        super().__init__(
            f"This call costs {required} credits and {available} are available.",
            required=required,
            available=available,
        )


class ForbiddenError(AppError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "Forbidden"


class InsufficientScopeError(ForbiddenError):
    """The credential lacks a scope this route needs."""

    code = "insufficient_scope"
    title = "Insufficient scope"

    def __init__(self, *required: str) -> None:
        self.required = required
        super().__init__(f"This needs the scope {' '.join(required)}.", required_scopes=list(required))

    @property
    def headers(self) -> dict[str, str]:
        """Name the scope that would do (RFC 6750, section 3.1)."""
        scope = " ".join(self.required)
        return {"WWW-Authenticate": f'Bearer realm="faregate", error="insufficient_scope", scope="{scope}"'}


class AddressNotAllowedError(ForbiddenError):
    """The key may not be used from this network address."""

    code = "address_not_allowed"
    title = "Address not allowed"

    def __init__(self) -> None:
        super().__init__("This API key may not be used from this address.")


class NotFoundError(AppError):
    """There is no such thing, or it is not the caller's to see: both answer alike."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self, noun: str = "resource") -> None:
        super().__init__(f"There is no such {noun}.")


class ConflictError(AppError):
    """The request contradicts what is stored."""

    status = 409
    code = "conflict"
    title = "Conflict"


class PreconditionFailedError(AppError):
    """The object is no longer what `If-Match` says (RFC 9110, section 13.1.1)."""

    status = 412
    code = "precondition_failed"
    title = "Precondition failed"

    def __init__(self) -> None:
        super().__init__("The object has changed since you read it. Read it again, then retry.")


class UnsupportedMediaTypeError(AppError):
    """The body is not `application/json`."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"


class UnprocessableError(AppError):
    """The request is understood and cannot be accepted."""

    status = 422
    code = "unprocessable"
    title = "Unprocessable content"


class InvalidFieldError(UnprocessableError):
    """One field breaks a rule that only the service can check."""

    code = "validation_failed"
    title = "Validation failed"

    def __init__(self, pointer: str, detail: str, *, code: str = "invalid") -> None:
        """Point at the field with an RFC 6901 JSON pointer into the body."""
        errors = [{"pointer": pointer, "detail": detail, "code": code}]
        super().__init__("The request has invalid fields.", errors=errors)


class ChargeIdReusedError(UnprocessableError):
    """A charge id stands for another charge already."""

    code = "charge_id_reused"
    title = "Charge id reused"

    def __init__(self) -> None:
        super().__init__("This charge id was used before with another key or cost.")


class TooManyRequestsError(AppError):
    """The caller is too fast."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"


class RateLimitedError(TooManyRequestsError):
    """A declared limit is used up; nothing was consumed by this call."""

    code = "rate_limited"
    title = "Rate limited"

    def __init__(self, limit: str, *, retry_after_seconds: int | None) -> None:
        """Name the limit; `retry_after_seconds` is None when no wait would help."""
        self.retry_after_seconds = retry_after_seconds
        members: dict[str, Any] = {"limit": limit}
        if retry_after_seconds is not None:
            members["retry_after_seconds"] = retry_after_seconds
        super().__init__(f"The limit {limit!r} is used up.", **members)

    @property
    def headers(self) -> dict[str, str]:
        """Say when to come back (RFC 9110, section 10.2.3)."""
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(self.retry_after_seconds)}


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


class OverloadedError(UnavailableError):
    """More is waiting than can be decided in time."""

    code = "overloaded"
    title = "Overloaded"

    def __init__(self) -> None:
        super().__init__("Too many requests are waiting. Try again shortly.")


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL cannot be reached, or the outcome of a commit is not known."""

    code = "database_unavailable"
    title = "Database unavailable"

    def __init__(self) -> None:
        super().__init__("The database cannot be reached. Nothing is decided without it; try again shortly.")
