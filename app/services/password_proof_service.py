"""Whether somebody knows a password, without letting strangers guess for ever or lock its owner out.

Two budgets of wrong guesses belong to each account: one for strangers, one for the addresses from which its
owner has signed in before. Only the right password fills them again, or another one in its place, which has
budgets of its own. Who has used up the strangers' budget has not touched the owner's; and both together stay
below the 100 consecutive failures of NIST SP 800-63B-4, section 3.2.2. A used-up budget is told to nobody:
the password is compared, and wrong whatever it is.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from app.core.admission import LimitDemand
from app.core.client_address import UNKNOWN_ADDRESS, address_bucket
from app.core.clock import Clock
from app.core.exceptions import RateLimitedError
from app.core.gcra import Quota, Take
from app.core.passwords import PasswordCheck, PasswordHasher
from app.core.settings import LimitSettings
from app.repositories.user_repository import OpenUsers, StoredPassword
from app.services.auth_limits import account_bucket

LIMIT = "guesses"
STRANGERS, FAMILIAR = "strangers", "familiar"
FAMILIAR_FOR = timedelta(days=90)
"""How long an address stays known after a sign-in: as long as a session may live."""
REGAINED_SECONDS = 30 * 86_400
"""One guess comes back each month: an account that nobody signs in to is not closed for ever."""


class Buckets(Protocol):
    """Where limits are kept; not the request's own, because these are shown to nobody."""

    async def take(self, *demands: LimitDemand) -> Sequence[Take]:
        """Take, or raise RateLimitedError."""

    async def refill(self, *buckets: tuple[str, str]) -> None:
        """Let these be full again."""


class PasswordProofService:
    """Compares passwords with stored hashes, and counts guesses before it does."""

    def __init__(
        self,
        hasher: PasswordHasher,
        buckets: Buckets,
        open_users: OpenUsers,
        *,
        settings: LimitSettings,
        clock: Clock,
    ) -> None:
        self._hasher = hasher
        self._buckets = buckets
        self._open_users = open_users
        self._guesses = settings.guesses_per_account
        self._clock = clock

    async def find(self, account: str) -> StoredPassword | None:
        """What the password of this address is compared with; None where there is no such account."""
        async with self._open_users() as users:
            return await users.find_password(account, since=self._clock() - FAMILIAR_FOR)

    async def check(
        self, password: str, stored: StoredPassword | None, *, account: str, address: str
    ) -> PasswordCheck:
        """Compare; the work is the same whether there is an account, a hash, or a guess left.

        Raises:
            OverloadedError: too many passwords are waiting already.
        """
        # Taken before comparing: many guesses at the same moment are as many as one after another.
        stored_hash = None if stored is None else stored.hash
        target = f"{account}\n{stored_hash}"
        has_guess_left = await self._take_guess(target, familiar=is_familiar(stored, address))
        check = await self._hasher.check(password, stored_hash)
        if check is PasswordCheck.WRONG or not has_guess_left:
            return PasswordCheck.WRONG
        await self._buckets.refill(*((bucket_of(target, who), LIMIT) for who in (STRANGERS, FAMILIAR)))
        return check

    async def _take_guess(self, target: str, *, familiar: bool) -> bool:
        quota = Quota(LIMIT, self._guesses, self._guesses * REGAINED_SECONDS, self._guesses)
        bucket = bucket_of(target, FAMILIAR if familiar else STRANGERS)
        try:
            await self._buckets.take(LimitDemand(bucket, quota))
        except RateLimitedError:
            return False
        return True


def is_familiar(stored: StoredPassword | None, address: str) -> bool:
    """Whether the account's owner has signed in from there, or from its network."""
    known = () if stored is None or address == UNKNOWN_ADDRESS else stored.sign_in_addresses
    return any(address_bucket(each) == address_bucket(address) for each in known)


def bucket_of(target: str, who: str) -> str:
    """Whose guesses at which password of which account; neither can be read from it."""
    return f"password:{account_bucket(target)}:{who}"
