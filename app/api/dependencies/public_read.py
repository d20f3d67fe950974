"""What a route that anyone may read declares: `dependencies=PUBLIC_READ`."""

from fastapi import Depends, Response

from app.api.access import public
from app.api.dependencies.guards import AddressRateLimit
from app.core.settings import LimitSettings


def anonymous_quota(limits: LimitSettings) -> int:
    """How often one address may ask without saying who it is."""
    return limits.anonymous_per_address


async def allow_public_caching(response: Response) -> None:
    """Let every cache keep the answer, and have it ask each time whether it still is the same.

    So what is unpublished is gone at once; asking is cheap for a client that sends `If-None-Match`.
    """
    response.headers["Cache-Control"] = "public, no-cache"


PUBLIC_READ = [
    public(limits=(AddressRateLimit("anonymous", quota=anonymous_quota),)),
    Depends(allow_public_caching),
]
