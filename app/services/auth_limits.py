"""How often anybody may try to sign in, or whatever else is done before Faregate knows who calls."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.admission import LimitDemand
from app.core.auth_action import AuthAction
from app.core.client_address import address_bucket
from app.core.gcra import Quota, Take
from app.core.settings import LimitSettings

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class AccountLimit:
    """How often something may be done to one account."""

    name: str
    setting: str
    """The member of LimitSettings that says how often."""
    period_seconds: int
    shared_by_addresses: bool = True
    """Or each client address has its own, so that a stranger elsewhere cannot use it up."""


PASSWORDS = AccountLimit("login", "login_per_account_and_address", MINUTE_SECONDS, shared_by_addresses=False)
CODES = AccountLimit("codes", "codes_per_account", MINUTE_SECONDS)
"""A code has six digits: guessing it from many addresses must not be faster than from one."""
MAILS = AccountLimit("mails", "mails_per_account_hourly", HOUR_SECONDS)
"""Nobody's mailbox is filled through us. Each action has its own: to ask for one kind stops no other."""
INVITATIONS = AccountLimit("invitations", "invitations_per_member_hourly", HOUR_SECONDS)
"""Nobody fills many mailboxes through us either, however many organizations they found."""

ACCOUNT_LIMITS = {
    AuthAction.LOGIN: PASSWORDS,
    AuthAction.REAUTHENTICATE: PASSWORDS,
    AuthAction.SIGN_UP: MAILS,
    AuthAction.VERIFY_EMAIL: CODES,
    AuthAction.FORGOT_PASSWORD: MAILS,
    AuthAction.CHANGE_EMAIL: MAILS,
    AuthAction.MAIL_PROOF: MAILS,
    AuthAction.SECOND_FACTOR: CODES,
    AuthAction.INVITE: MAILS,
    AuthAction.SEND_INVITATIONS: INVITATIONS,
}
"""The actions that are done to an account; the others bring a secret that nobody guesses."""

BUCKETS = {AuthAction.REAUTHENTICATE: AuthAction.LOGIN}
"""The actions that fill the bucket of another: both try the same password."""


class Limiter(Protocol):
    """What takes from limits that need no credential: all of them, or none."""

    async def take(self, *demands: LimitDemand) -> Sequence[Take]:
        """Take, or raise RateLimitedError."""


class AuthLimits:
    """The limits of every such action: failures and successes count alike, and nothing is given back."""

    def __init__(self, limiter: Limiter, settings: LimitSettings, *, actions: Collection[AuthAction]) -> None:
        self._limiter = limiter
        self._settings = settings
        self._actions = actions

    async def take(self, action: AuthAction, *, account: str | None, address: str) -> None:
        """Count one attempt: for the account, for the address, and for all who do the same.

        `account` is the canonical e-mail address or the id that the action is done to, whether or not it
        exists; None where it brings none.

        Raises:
            RateLimitedError: one of them is used up; then none has been counted.
            RuntimeError: the route does not declare this action.
        """
        await self.take_together({action: account}, address=address)

    async def take_together(self, accounts: Mapping[AuthAction, str | None], *, address: str) -> None:
        """Count one attempt that is several actions, each done to an account of its own: all, or none.

        Raises:
            RateLimitedError: one of them is used up; then none has been counted.
            RuntimeError: the route does not declare one of these actions.
        """
        undeclared = accounts.keys() - set(self._actions)
        if undeclared:
            message = f"{sorted(undeclared)} is limited, which the route does not declare"
            raise RuntimeError(message)
        of_accounts = [
            self._of_account(action, ACCOUNT_LIMITS[action], account, address)
            for action, account in accounts.items()
            if account is not None and action in ACCOUNT_LIMITS
        ]
        of_address = LimitDemand(
            f"ip:{address_bucket(address)}", per_minute("auth", self._settings.auth_per_address)
        )
        of_all = [
            LimitDemand(f"all:{action}", per_minute("auth_global", self._settings.auth_global))
            for action in accounts
        ]
        await self._limiter.take(*of_accounts, of_address, *of_all)

    def _of_account(self, action: AuthAction, limit: AccountLimit, account: str, address: str) -> LimitDemand:
        subject = f"{BUCKETS.get(action, action)}:{account_bucket(account)}"
        if not limit.shared_by_addresses:
            subject = f"{subject}:{address_bucket(address)}"
        quota: int = getattr(self._settings, limit.setting)
        return LimitDemand(subject, Quota(limit.name, quota, limit.period_seconds, quota))


def per_minute(name: str, quota: int) -> Quota:
    """A limit whose whole quota may come at once."""
    return Quota(name, quota, MINUTE_SECONDS, quota)


def account_bucket(account: str) -> str:
    """A name for an account that does not show its address to who reads the buckets."""
    return hashlib.sha256(account.encode()).hexdigest()[:32]
