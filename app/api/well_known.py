"""What others need to verify our access tokens themselves (RFC 8615)."""

from fastapi import APIRouter, Response

from app.api.access import public
from app.api.dependencies.resources import ResourcesDep
from app.api.strict_route import StrictRoute
from app.schemas.auth import PublicKeySetResponse

router = APIRouter(prefix="/.well-known", tags=["Sign-in"], route_class=StrictRoute)


@router.get("/jwks.json", summary="Read the public keys of access tokens", dependencies=[public()])
async def read_public_keys(resources: ResourcesDep, response: Response) -> PublicKeySetResponse:
    """Read the keys that verify access tokens. A valid token's session may be over: only Faregate knows."""
    # No limit and no database: verifying a token elsewhere must not depend on ours being well.
    response.headers["Cache-Control"] = "public, max-age=300"
    return PublicKeySetResponse.model_validate(resources.access_tokens.jwks())
