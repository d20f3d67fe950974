"""What is wrong with the request or contradicts what is stored: the other 4xx."""

from collections.abc import Iterable, Mapping, Sequence

from app.core.exceptions.app_error import AppError


class BadRequestError(AppError):
    """The request cannot be understood."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class MalformedJsonError(BadRequestError):
    """The body is not one JSON value with unique member names."""

    code = "malformed_json"
    title = "Malformed JSON"


class InvalidOneTimeTokenError(BadRequestError):
    """A link or a code does not do what it is presented for: which of the reasons is never told."""

    code = "invalid_one_time_token"
    title = "Invalid link or code"

    def __init__(self) -> None:
        super().__init__("The link or the code is wrong, used, replaced by a newer one, or over.")


class MalformedFormError(BadRequestError):
    """The body is not one form in UTF-8 with unique field names."""

    code = "malformed_form"
    title = "Malformed form"


class AmbiguousRequestError(BadRequestError):
    """A proxy asks about a request that servers read in different ways: its price cannot be told."""

    code = "ambiguous_request"
    title = "Ambiguous request"


class UntrustedHostError(BadRequestError):
    """The Host header names no host that Faregate answers for."""

    code = "untrusted_host"
    title = "Untrusted host"

    def __init__(self) -> None:
        super().__init__("This server does not answer for the requested host.")


class NotFoundError(AppError):
    """There is no such thing, or it is not the caller's to see: both answer alike."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self, noun: str = "resource") -> None:
        super().__init__(f"There is no such {noun}.")


class MethodNotAllowedError(AppError):
    """The resource exists and does not take this method."""

    status = 405
    code = "method_not_allowed"
    title = "Method not allowed"

    def __init__(self, allowed: Iterable[str]) -> None:
        """Name the methods that the resource takes."""
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"This resource takes {', '.join(self.allowed)}.")

    @property
    def headers(self) -> dict[str, str]:
        """List what is allowed (RFC 9110, section 15.5.6)."""
        return {"Allow": ", ".join(self.allowed)}


class ConflictError(AppError):
    """The request contradicts what is stored."""

    status = 409
    code = "conflict"
    title = "Conflict"


class LastOwnerError(ConflictError):
    """An organization is never without an owner who can sign in."""

    code = "last_owner"
    title = "Last owner"

    def __init__(self) -> None:
        super().__init__("This is the organization's last owner. Make somebody else an owner first.")


class HoldEndedError(ConflictError):
    """A hold ends once: it was settled otherwise, released, or has expired."""

    code = "hold_ended"
    title = "Hold ended"

    def __init__(self, state: str) -> None:
        super().__init__("This hold has ended already.", state=state)


class IdempotencyKeyInFlightError(ConflictError):
    """The same request is being executed at this moment."""

    code = "idempotency_key_in_flight"
    title = "Request in flight"

    def __init__(self) -> None:
        super().__init__("The same request is being executed. Repeat it in a moment to get its answer.")

    @property
    def headers(self) -> dict[str, str]:
        """Say when to come back (RFC 9110, section 10.2.3)."""
        return {"Retry-After": "1"}


class PreconditionFailedError(AppError):
    """The object is no longer what `If-Match` says (RFC 9110, section 13.1.1)."""

    status = 412
    code = "precondition_failed"
    title = "Precondition failed"

    def __init__(self) -> None:
        super().__init__("The object has changed since you read it. Read it again, then retry.")


class ContentTooLargeError(AppError):
    """The body is longer than the server reads."""

    status = 413
    code = "content_too_large"
    title = "Content too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"A body may have at most {limit_bytes} bytes.")


class UnsupportedMediaTypeError(AppError):
    """The body is not of the media type that the route reads."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"

    def __init__(self, expected: str = "application/json") -> None:
        super().__init__(f"The body must be sent as {expected} in UTF-8, without a content encoding.")


class UnprocessableError(AppError):
    """The request is understood and cannot be accepted."""

    status = 422
    code = "unprocessable"
    title = "Unprocessable content"


class ValidationFailedError(UnprocessableError):
    """Fields or parameters are missing, unknown or wrong; the input is never repeated."""

    code = "validation_failed"
    title = "Validation failed"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        """Tell all that is wrong: each names a `pointer` or a `parameter`, a `detail` and a `code`."""
        super().__init__("The request has invalid fields.", errors=list(errors))


class InvalidFieldError(ValidationFailedError):
    """One field breaks a rule that only the service can check."""

    def __init__(self, pointer: str, detail: str, *, code: str = "invalid") -> None:
        """Point at the field with an RFC 6901 JSON pointer into the body."""
        super().__init__([{"pointer": pointer, "detail": detail, "code": code}])
        self.pointer, self.problem = pointer, detail


class ChargeIdReusedError(UnprocessableError):
    """A charge id stands for another charge already."""

    code = "charge_id_reused"
    title = "Charge id reused"

    def __init__(self) -> None:
        super().__init__("This charge id was used before with another key or cost.")


class RefundIdReusedError(UnprocessableError):
    """A refund id stands for another refund already."""

    code = "refund_id_reused"
    title = "Refund id reused"

    def __init__(self) -> None:
        super().__init__("This refund id was used before for another charge or amount.")


class IdempotencyKeyReusedError(UnprocessableError):
    """An idempotency key stands for a request with another body already."""

    code = "idempotency_key_reused"
    title = "Idempotency key reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used before with another body.")
