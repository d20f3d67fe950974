"""What goes wrong when people sign in through others."""

from app.core.exceptions.access_errors import ForbiddenError, UnauthenticatedError
from app.core.exceptions.request_errors import ConflictError
from app.core.exceptions.server_errors import UnavailableError


class ProviderSignInError(UnauthenticatedError):
    """A provider's answer proves nobody; why is for the log alone."""

    code = "provider_sign_in_failed"
    title = "Sign-in through the provider failed"

    def __init__(self, reason: str) -> None:
        """Keep the reason for who operates this server."""
        super().__init__("The provider's answer is not valid here, or no longer. Start the sign-in again.")
        self.reason = reason


class IdentityNotLinkedError(ForbiddenError):
    """The provider knows this person, and they have no account here that it may open."""

    code = "identity_not_linked"
    title = "Identity not linked"

    def __init__(self) -> None:
        super().__init__(
            "This identity opens no account. Sign in another way first, then link it to your account."
        )


class IdentityTakenError(ConflictError):
    """The identity opens another account already."""

    code = "identity_taken"
    title = "Identity taken"

    def __init__(self) -> None:
        super().__init__("This identity is linked to another account.")


class ProviderUnavailableError(UnavailableError):
    """The provider cannot be reached, or does not speak as it should."""

    code = "provider_unavailable"
    title = "Provider unavailable"
    retry_after_seconds = 10

    def __init__(self) -> None:
        super().__init__("The provider cannot be reached. Try again shortly, or sign in another way.")
