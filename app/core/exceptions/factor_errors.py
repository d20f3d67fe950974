"""What goes wrong when people prove who they are by more than a password."""

from app.core.exceptions.access_errors import UnauthenticatedError
from app.core.exceptions.request_errors import ConflictError


class InvalidMfaTokenError(UnauthenticatedError):
    """No sign-in waits behind this token, or not any more."""

    code = "invalid_mfa_token"
    title = "Invalid mfa_token"

    def __init__(self) -> None:
        super().__init__("The mfa_token is not, or no longer, valid. Sign in again.")


class InvalidSecondFactorError(UnauthenticatedError):
    """The second factor is not proved; why, is not told."""

    code = "invalid_second_factor"
    title = "Invalid second factor"

    def __init__(self) -> None:
        super().__init__("This is wrong, was used before, or came too late. Try again.")


class InvalidPasskeyError(UnauthenticatedError):
    """The passkey's answer opens no account; why, is not told."""

    code = "invalid_passkey"
    title = "Invalid passkey"

    def __init__(self) -> None:
        super().__init__("This passkey opens no account here, or its answer came too late.")


class LastLoginMethodError(ConflictError):
    """Without this, nobody could sign in to the account any more."""

    code = "last_login_method"
    title = "Last way to sign in"

    def __init__(self) -> None:
        super().__init__("This is the last way to sign in to your account. Add another one first.")


class ShortPasswordAloneError(ConflictError):
    """The last second factor goes, and the password does only beside one."""

    code = "short_password_alone"
    title = "Password too short alone"

    def __init__(self) -> None:
        super().__init__("Your password is too short to be the only factor. Set a longer one first.")
