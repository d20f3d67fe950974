"""The credential a request carries: `Authorization: Bearer ...` or `X-API-Key: ...`, exactly one."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.core.admission import Presented
from app.core.credentials import read_credential
from app.core.exceptions import InvalidCredentialError, UnauthenticatedError

BEARER = b"bearer"


async def get_presented(request: Request) -> Presented:
    """What the request presents, to be injected."""
    return presented_in(request.scope)


PresentedDep = Annotated[Presented, Depends(get_presented)]


def presented_in(scope: Scope) -> Presented:
    """What a request presents; refused here, without I/O, when it cannot be a credential.

    Raises:
        UnauthenticatedError: it carries none.
        InvalidCredentialError: it carries two, or one that is malformed.
    """
    text = credential_text(scope)
    if text is None:
        raise UnauthenticatedError("Send an access token or an API key as a Bearer token, or X-API-Key.")
    resources = resources_of(scope)
    presented = read_credential(text, resources.access_tokens, resources.clock())
    if presented is None:
        raise InvalidCredentialError("The credential is not valid.")
    return presented


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


def bearer_token(value: bytes) -> str:
    """The token of an Authorization header (RFC 6750, section 2.1); the scheme's case does not matter."""
    scheme, _, token = value.partition(b" ")
    if scheme.lower() != BEARER:
        raise InvalidCredentialError("Only the Bearer scheme is accepted.")
    return token.strip(b" ").decode("latin-1")
