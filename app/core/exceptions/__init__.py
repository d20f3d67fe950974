"""Every error Faregate raises on purpose, and the HTTP status each family stands for.

    AppError (abstract)
    |- BadRequestError            400
    |  |- InvalidOneTimeTokenError
    |  |- MalformedJsonError
    |  |- MalformedFormError
    |  |- AmbiguousRequestError
    |  `- UntrustedHostError
    |- UnauthenticatedError       401
    |  |- InvalidCredentialError
    |  |- InvalidLoginError
    |  |- InvalidMfaTokenError
    |  |- InvalidSecondFactorError
    |  |- InvalidPasskeyError
    |  `- ProviderSignInError
    |- PaymentRequiredError       402
    |  `- InsufficientCreditsError
    |- ForbiddenError             403
    |  |- InsufficientScopeError
    |  |- NotTheHolderError
    |  |- ImpersonationRefusedError
    |  |- AddressNotAllowedError
    |  |- NotInPlanError
    |  |- RouteNotListedError
    |  |- ReportNotSignedError
    |  |- InsufficientRoleError
    |  |- InvitationForAnotherError
    |  |- SessionRequiredError
    |  |- SignUpClosedError
    |  |- ReauthenticationRequiredError
    |  |- IdentityNotLinkedError
    |  `- CrossSiteRequestError
    |- NotFoundError              404
    |- MethodNotAllowedError      405
    |- ConflictError              409
    |  |- HoldEndedError
    |  |- IdempotencyKeyInFlightError
    |  |- IdentityTakenError
    |  |- LastLoginMethodError
    |  |- ShortPasswordAloneError
    |  `- LastOwnerError
    |- PreconditionFailedError    412
    |- ContentTooLargeError       413
    |- UnsupportedMediaTypeError  415
    |- UnprocessableError         422
    |  |- ValidationFailedError
    |  |  `- InvalidFieldError
    |  |- ChargeIdReusedError
    |  |- RefundIdReusedError
    |  `- IdempotencyKeyReusedError
    |- TooManyRequestsError       429
    |  `- RateLimitedError
    |- InternalError              500
    `- UnavailableError           503
       |- NotReadyError
       |- OverloadedError
       |- PasswordCheckUnavailableError
       |- ProviderUnavailableError
       |- ReporterUnavailableError
       `- DatabaseUnavailableError
          `- CommitOutcomeUnknownError

A family fixes the status; a leaf fixes the stable `code` and adds typed members to the problem document
(RFC 9457). There is no default status: an error without a family is a bug.
"""

from app.core.exceptions.access_errors import (
    AddressNotAllowedError,
    CrossSiteRequestError,
    ForbiddenError,
    ImpersonationRefusedError,
    InsufficientCreditsError,
    InsufficientRoleError,
    InsufficientScopeError,
    InvalidCredentialError,
    InvalidLoginError,
    InvitationForAnotherError,
    NotInPlanError,
    NotTheHolderError,
    PaymentRequiredError,
    RateLimitedError,
    ReauthenticationRequiredError,
    RouteNotListedError,
    SessionRequiredError,
    SignUpClosedError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from app.core.exceptions.app_error import (
    AppError,
)
from app.core.exceptions.factor_errors import (
    InvalidMfaTokenError,
    InvalidPasskeyError,
    InvalidSecondFactorError,
    LastLoginMethodError,
    ShortPasswordAloneError,
)
from app.core.exceptions.leak_errors import ReporterUnavailableError, ReportNotSignedError
from app.core.exceptions.provider_errors import (
    IdentityNotLinkedError,
    IdentityTakenError,
    ProviderSignInError,
    ProviderUnavailableError,
)
from app.core.exceptions.request_errors import (
    AmbiguousRequestError,
    BadRequestError,
    ChargeIdReusedError,
    ConflictError,
    ContentTooLargeError,
    HoldEndedError,
    IdempotencyKeyInFlightError,
    IdempotencyKeyReusedError,
    InvalidFieldError,
    InvalidOneTimeTokenError,
    LastOwnerError,
    MalformedFormError,
    MalformedJsonError,
    MethodNotAllowedError,
    NotFoundError,
    PreconditionFailedError,
    RefundIdReusedError,
    UnprocessableError,
    UnsupportedMediaTypeError,
    UntrustedHostError,
    ValidationFailedError,
)
from app.core.exceptions.server_errors import (
    CommitOutcomeUnknownError,
    DatabaseUnavailableError,
    InternalError,
    NotReadyError,
    OverloadedError,
    PasswordCheckUnavailableError,
    UnavailableError,
)

__all__ = [
    "AddressNotAllowedError",
    "AmbiguousRequestError",
    "AppError",
    "BadRequestError",
    "ChargeIdReusedError",
    "CommitOutcomeUnknownError",
    "ConflictError",
    "ContentTooLargeError",
    "CrossSiteRequestError",
    "DatabaseUnavailableError",
    "ForbiddenError",
    "HoldEndedError",
    "IdempotencyKeyInFlightError",
    "IdempotencyKeyReusedError",
    "IdentityNotLinkedError",
    "IdentityTakenError",
    "ImpersonationRefusedError",
    "InsufficientCreditsError",
    "InsufficientRoleError",
    "InsufficientScopeError",
    "InternalError",
    "InvalidCredentialError",
    "InvalidFieldError",
    "InvalidLoginError",
    "InvalidMfaTokenError",
    "InvalidOneTimeTokenError",
    "InvalidPasskeyError",
    "InvalidSecondFactorError",
    "InvitationForAnotherError",
    "LastLoginMethodError",
    "LastOwnerError",
    "MalformedFormError",
    "MalformedJsonError",
    "MethodNotAllowedError",
    "NotFoundError",
    "NotInPlanError",
    "NotReadyError",
    "NotTheHolderError",
    "OverloadedError",
    "PasswordCheckUnavailableError",
    "PaymentRequiredError",
    "PreconditionFailedError",
    "ProviderSignInError",
    "ProviderUnavailableError",
    "RateLimitedError",
    "ReauthenticationRequiredError",
    "RefundIdReusedError",
    "ReportNotSignedError",
    "ReporterUnavailableError",
    "RouteNotListedError",
    "SessionRequiredError",
    "ShortPasswordAloneError",
    "SignUpClosedError",
    "TooManyRequestsError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnprocessableError",
    "UnsupportedMediaTypeError",
    "UntrustedHostError",
    "ValidationFailedError",
]
