"""What slows down who tries keys: a bucket per address, filled by keys alone that nobody knows."""

from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.core.admission import LimitDemand, Presented
from app.core.api_key_secrets import PresentedKey
from app.core.client_address import address_bucket
from app.core.gcra import Quota

NAME = "unknown_keys"
PERIOD_SECONDS = 60


def stranger_demand(scope: Scope, presented: Presented | None) -> LimitDemand | None:
    """What an unknown key takes; None for a token, which only we can have signed.

    The bucket is the address's, never the key's: a good key is not held up by what its neighbours try.
    """
    if not isinstance(presented, PresentedKey):
        return None
    most = resources_of(scope).settings.limits.unknown_keys_per_address
    subject = f"ip:{address_bucket(scope['state']['client_address'])}"
    return LimitDemand(subject, Quota(NAME, most, PERIOD_SECONDS, most))
