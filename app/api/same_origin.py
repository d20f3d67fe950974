"""Proof that a page of ours sends a request, asked for where a browser adds a cookie by itself.

By what the browser says and no page can change: `Sec-Fetch-Site` and `Origin` (OWASP ASVS 5.0, 3.5.1). Our
own origin is the configured one; `Host` decides nothing.
"""

from starlette.types import Scope

from app.core.exceptions import CrossSiteRequestError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SITE_HEADER = b"sec-fetch-site"
ORIGIN_HEADER = b"origin"
SAME_ORIGIN = b"same-origin"


def require_same_origin(scope: Scope, origin: str) -> None:
    """Go on only if the browser vouches that a page of this origin sends the request.

    Raises:
        CrossSiteRequestError: it says something else, or nothing.
    """
    sites = [value for name, value in scope["headers"] if name == SITE_HEADER]
    origins = [value for name, value in scope["headers"] if name == ORIGIN_HEADER]
    said = {*(site == SAME_ORIGIN for site in sites), *(each == origin.encode() for each in origins)}
    if said != {True}:
        raise CrossSiteRequestError(origin)
