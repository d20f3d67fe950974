"""The credential a request carries: `Authorization: Bearer ...` or `X-API-Key: ...`, exactly one.

A browser's session may come in its cookie instead; with one of those headers the cookie does not count.

`X-Organization` says in which of the user's organizations a session is meant to act (not which one it may).
"""

import re
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.api.same_origin import SAFE_METHODS, require_same_origin
from app.api.session_cookies import ACCESS_COOKIE, cookie_in
from app.core.admission import Presented, PresentedSession
from app.core.credentials import read_credential
from app.core.exceptions import BadRequestError, InvalidCredentialError, UnauthenticatedError

BEARER = b"bearer"
ORGANIZATION_HEADER = b"x-organization"
SEND_ONE = "Send an access token or an API key as a Bearer token, or X-API-Key."
ORGANIZATION_ID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def get_presented(request: Request) -> Presented:
    """What the request presents, to be injected."""
    return presented_in(request.scope)


PresentedDep = Annotated[Presented, Depends(get_presented)]


def presented_in(scope: Scope) -> Presented:
    """What a request presents; refused here, without I/O, when it cannot be a credential.

    Raises:
        UnauthenticatedError: it carries none.
        InvalidCredentialError: it carries two, or one that is malformed.
        CrossSiteRequestError: it comes in a cookie, may change something, and no page of ours sends it.
        BadRequestError: `X-Organization` is not one id.
    """
    text = credential_text(scope)
    presented = presented_by_cookie(scope) if text is None else read_text(scope, text)
    return at_organization_asked_for(scope, presented)


def presented_in_headers(scope: Scope) -> Presented:
    """The same for a request on which a cookie never counts.

    Raises:
        UnauthenticatedError: it carries none.
        InvalidCredentialError: it carries two, or one that is malformed.
        BadRequestError: `X-Organization` is not one id.
    """
    text = credential_text(scope)
    if text is None:
        raise UnauthenticatedError(SEND_ONE)
    return at_organization_asked_for(scope, read_text(scope, text))


def read_text(scope: Scope, text: str) -> Presented | None:
    """Read a credential string; None for one that cannot be any."""
    resources = resources_of(scope)
    return read_credential(
        text,
        resources.access_tokens,
        resources.clock(),
        foreign_prefixes=resources.settings.keys.foreign_prefixes,
    )


def at_organization_asked_for(scope: Scope, presented: Presented | None) -> Presented:
    """The credential, in the organization that the request names."""
    if presented is None:
        raise InvalidCredentialError("The credential is not valid.")
    organization_id = organization_asked_for(scope)
    # Asking decides nothing: the gate looks whether the credential belongs there.
    return presented if organization_id is None else presented._replace(organization_id=organization_id)


def credential_text(scope: Scope) -> str | None:
    """The one credential string of a request; None when no header carries any.

    An empty header counts as present, and nothing invalid ever falls through to another credential.
    """
    texts: list[str] = []
    seen: set[bytes] = set()
    for name, value in scope["headers"]:
        if name in {b"authorization", b"x-api-key"}:
            if name in seen:
                raise InvalidCredentialError("A credential header may be sent once.")
            seen.add(name)
            texts.append(bearer_token(value) if name == b"authorization" else value.decode("latin-1"))
    if not texts:
        return None
    if len(set(texts)) > 1:
        raise InvalidCredentialError("Two different credentials were sent.")
    return texts[0]


def presented_by_cookie(scope: Scope) -> PresentedSession | None:
    """The session of a browser; None for a cookie that holds no access token.

    Raises:
        UnauthenticatedError: there is no cookie either.
        CrossSiteRequestError: the request may change something, and no page of ours sends it.
    """
    text = cookie_in(scope, ACCESS_COOKIE)
    if text is None:
        raise UnauthenticatedError(SEND_ONE)
    resources = resources_of(scope)
    if scope["method"] not in SAFE_METHODS:
        require_same_origin(scope, resources.settings.http.public_origin)
    scope["state"]["by_cookie"] = True
    presented = read_text(scope, text)
    return presented if isinstance(presented, PresentedSession) else None


def bearer_token(value: bytes) -> str:
    """The token of an Authorization header (RFC 6750, section 2.1); the scheme's case does not matter."""
    scheme, _, token = value.partition(b" ")
    if scheme.lower() != BEARER:
        raise InvalidCredentialError("Only the Bearer scheme is accepted.")
    return token.strip(b" ").decode("latin-1")


def organization_asked_for(scope: Scope) -> UUID | None:
    """The organization that `X-Organization` names; None without the header.

    Raises:
        BadRequestError: it is not one id.
    """
    values = [value for name, value in scope["headers"] if name == ORGANIZATION_HEADER]
    if not values:
        return None
    if len(values) > 1 or ORGANIZATION_ID.fullmatch(values[0]) is None:
        raise BadRequestError("X-Organization must be sent once, with the id of an organization.")
    return UUID(values[0].decode("ascii"))
