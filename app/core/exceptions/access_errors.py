"""Who is calling, may they, how fast, and what does it cost: 401, 402, 403 and 429."""

from app.core.exceptions.app_error import AppError


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


class NotTheHolderError(ForbiddenError):
    """Who reserved credits settles or releases them, and nobody else: not even who pays."""

    code = "not_the_holder"
    title = "Not the holder"

    def __init__(self) -> None:
        super().__init__("These credits were reserved by somebody else, who alone settles or releases them.")


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


class SessionRequiredError(ForbiddenError):
    """This is for people who have signed in; an API key is no session."""

    code = "session_required"
    title = "Session required"

    def __init__(self) -> None:
        super().__init__("This needs the access token of a session. An API key cannot do it.")


class ImpersonationRefusedError(ForbiddenError):
    """Whoever acts for somebody else looks; they change, spend and sign nothing of theirs."""

    code = "impersonation_refused"
    title = "Not while impersonating"

    def __init__(self) -> None:
        super().__init__("An operator who acts for somebody cannot do this.")


class ReauthenticationRequiredError(ForbiddenError):
    """This needs a session whose person has proved lately who they are."""

    code = "reauthentication_required"
    title = "Reauthentication required"

    def __init__(self, *, max_age_seconds: int) -> None:
        self.max_age_seconds = max_age_seconds
        super().__init__(
            "Prove again who you are: POST /api/v1/auth/reauthenticate, or sign in anew.",
            max_age_seconds=max_age_seconds,
        )

    @property
    def headers(self) -> dict[str, str]:
        """Ask for a fresher authentication (RFC 9470, section 3)."""
        challenge = f'error="insufficient_user_authentication", max_age="{self.max_age_seconds}"'
        return {"WWW-Authenticate": f'Bearer realm="faregate", {challenge}'}


class SignUpClosedError(ForbiddenError):
    """Not everybody may sign up here."""

    code = "sign_up_closed"
    title = "Sign-up closed"

    def __init__(self) -> None:
        super().__init__("Accounts are made by invitation, or by the operator.")


class CrossSiteRequestError(ForbiddenError):
    """A browser sends a session's cookie, and does not vouch that one of our own pages asked it to."""

    code = "cross_site_request"
    title = "Cross-site request"

    def __init__(self, origin: str) -> None:
        super().__init__(f"With a session cookie, only pages of {origin} may change something.")


class InsufficientRoleError(ForbiddenError):
    """The caller's role in the organization does not reach what is asked for."""

    code = "insufficient_role"
    title = "Insufficient role"

    def __init__(self) -> None:
        super().__init__("Your role in the organization does not reach the member, or the role, in question.")


class InvitationForAnotherError(ForbiddenError):
    """The invitation was sent to another address than the account of who wants to accept it has."""

    code = "invitation_for_another"
    title = "Invitation for another address"

    def __init__(self) -> None:
        super().__init__("Sign in with the account of the address that the invitation was sent to.")


class AddressNotAllowedError(ForbiddenError):
    """The key may not be used from this network address."""

    code = "address_not_allowed"
    title = "Address not allowed"

    def __init__(self) -> None:
        super().__init__("This API key may not be used from this address.")


class NotInPlanError(ForbiddenError):
    """The route is counted by a limit that the organization's plan does not have."""

    code = "not_in_plan"
    title = "Not in the plan"

    def __init__(self, limit: str) -> None:
        super().__init__(f"The plan has no limit {limit!r}, by which this route is counted.", limit=limit)


class RouteNotListedError(ForbiddenError):
    """The route is not in the list of those that may be called."""

    code = "route_not_listed"
    title = "Route not listed"

    def __init__(self) -> None:
        super().__init__("There is no such route, or it may not be called.")


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
        members: dict[str, object] = {"limit": limit}
        if retry_after_seconds is not None:
            members["retry_after_seconds"] = retry_after_seconds
        super().__init__(f"The limit {limit!r} is used up.", **members)

    @property
    def headers(self) -> dict[str, str]:
        """Say when to come back (RFC 9110, section 10.2.3)."""
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(self.retry_after_seconds)}
