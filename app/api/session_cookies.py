"""The cookies of a browser's session: sent to this host alone, over TLS alone, and read by no script.

`__Host-` makes the browser insist on Secure, `Path=/` and no Domain, so that no neighbour can plant one
(RFC 6265bis, section 4.1.3.2).
"""

from datetime import datetime

from starlette.responses import Response
from starlette.types import Scope

from app.core.exceptions import InvalidCredentialError
from app.services.session_tokens import SessionTokens

ACCESS_COOKIE = "__Host-faregate_access"
REFRESH_COOKIE = "__Host-faregate_refresh"


def cookie_in(scope: Scope, name: str) -> str | None:
    """The cookie of this name; None when the request has none.

    Raises:
        InvalidCredentialError: it has two, and readers would disagree on which one counts.
    """
    prefix = f"{name}=".encode("latin-1")
    found = [
        pair.removeprefix(prefix).decode("latin-1")
        for header, value in scope["headers"]
        if header == b"cookie"
        for pair in map(bytes.strip, value.split(b";"))
        if pair.startswith(prefix)
    ]
    if len(found) > 1:
        raise InvalidCredentialError("A session cookie may be sent once.")
    return found[0] if found else None


def set_session_cookies(response: Response, tokens: SessionTokens, now: datetime) -> None:
    """Let the browser keep the tokens for as long as each lives."""
    refresh_seconds = int((tokens.refresh_expires_at - now).total_seconds())
    set_cookie(response, ACCESS_COOKIE, tokens.access_token, max_age=tokens.expires_in)
    set_cookie(response, REFRESH_COOKIE, tokens.refresh_token, max_age=refresh_seconds)


def clear_session_cookies(response: Response) -> None:
    """Let the browser forget them."""
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        set_cookie(response, name, "", max_age=0)


def set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    """Set one cookie with everything that protects it."""
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="strict")
