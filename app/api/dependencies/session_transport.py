"""How a session's tokens travel: in the body of the answer, or in cookies that no script can read."""

from typing import Annotated, Literal

from fastapi import Depends, Header, Request, Response, status
from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.api.same_origin import require_same_origin
from app.api.session_cookies import (
    REFRESH_COOKIE,
    clear_session_cookies,
    cookie_in,
    set_session_cookies,
)
from app.core.exceptions import UnauthenticatedError
from app.schemas.auth import TokenResponse
from app.services.session_tokens import SessionTokens

TransportHeader = Annotated[
    Literal["cookie"] | None,
    Header(
        alias="X-Session-Transport",
        description="`cookie`: the tokens come as `__Host-` cookies and not in the body, for browsers.",
        examples=["cookie"],
    ),
]


class SessionTransport:
    """Takes tokens out of a request and puts new ones into its answer, by the same way."""

    def __init__(self, scope: Scope, *, wanted: bool) -> None:
        self._scope = scope
        self._by_cookie = wanted

    @property
    def uses_cookies(self) -> bool:
        """Whether cookies were asked for, or brought the credential of this request."""
        return self._by_cookie or bool(self._scope["state"].get("by_cookie"))

    def refresh_token(self, sent: str | None) -> str:
        """The refresh token of the body, or else of the cookie.

        Raises:
            UnauthenticatedError: there is neither.
            CrossSiteRequestError: there is the cookie, and no page of ours sends it.
        """
        if sent is not None:
            return sent
        kept = cookie_in(self._scope, REFRESH_COOKIE)
        if kept is None:
            raise UnauthenticatedError("Send the refresh token in the body, or as its cookie.")
        require_same_origin(self._scope, resources_of(self._scope).settings.http.public_origin)
        self._by_cookie = True
        return kept

    def answer(self, tokens: SessionTokens) -> TokenResponse | Response:
        """The tokens in the body; or 204, and the browser keeps them."""
        if not self.uses_cookies:
            return TokenResponse.model_validate(tokens)
        response = Response(status_code=status.HTTP_204_NO_CONTENT)
        set_session_cookies(response, tokens, resources_of(self._scope).clock())
        return response

    def forget_in(self, response: Response) -> Response:
        """The answer, with which a browser that used its session cookies drops them."""
        if self.uses_cookies:
            clear_session_cookies(response)
        return response


async def get_session_transport(request: Request, transport: TransportHeader = None) -> SessionTransport:
    """The transport of this request.

    Raises:
        CrossSiteRequestError: cookies are asked for, and no page of ours asks: who signs a stranger's browser
            in to their own account learns what is done there.
    """
    if transport is not None:
        require_same_origin(request.scope, resources_of(request.scope).settings.http.public_origin)
    return SessionTransport(request.scope, wanted=transport is not None)


SessionTransportDep = Annotated[SessionTransport, Depends(get_session_transport)]
