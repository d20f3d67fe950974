"""The cookie that binds a sign-in through a provider to the browser that began it."""

from typing import Annotated

from fastapi import Depends, Request, Response

COOKIE = "__Host-faregate_oauth"
"""The prefix lets browsers take it only over https, for this very host and all of its paths (RFC 6265bis)."""


async def get_browser_token(request: Request) -> str:
    """What the browser has brought back; an empty text from any other browser."""
    return request.cookies.get(COOKIE, "")


BrowserTokenDep = Annotated[str, Depends(get_browser_token)]


def set_browser_cookie(response: Response, token: str, *, lifetime_seconds: int) -> None:
    """Give the browser what it must bring back. Lax: the provider's redirect must carry it."""
    response.set_cookie(
        COOKIE, token, max_age=lifetime_seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def delete_browser_cookie(response: Response) -> None:
    """Take it back: it is used up."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
