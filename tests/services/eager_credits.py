"""Credits as they should be, one after another: every grant is looked at whenever a credit moves."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False)
class EagerGrant:
    amount: int
    priority: int
    source: str
    effective_at: datetime
    expires_at: datetime | None
    number: int
    remaining: int = 0
    entered: bool = False

    def is_alive(self, at):
        return self.expires_at is None or self.expires_at > at

    @property
    def place(self):
        """Priority, expiry, promo before paid, effective instant, creation."""
        never = self.expires_at is None
        return (
            self.priority,
            (never, self.effective_at if never else self.expires_at),
            self.source != "promo",
            self.effective_at,
            self.number,
        )


@dataclass(eq=False)
class EagerSpending:
    """What was charged or held: the grant of each of its credits, in the order of burning."""

    origins: list
    expires_at: datetime | None = None
    refunded: int = 0


@dataclass
class EagerCredits:
    now: datetime
    grants: list = field(default_factory=list)
    charges: list = field(default_factory=list)
    holds: list = field(default_factory=list)
    spent: int = 0
    expired: int = 0

    @property
    def available(self):
        return sum(grant.remaining for grant in self.grants)

    @property
    def held(self):
        return sum(len(hold.origins) for hold in self.holds)

    def give(self, amount, *, priority=50, source="adjustment", effective_at=None, expires_at=None):
        begins = max(effective_at or self.now, self.now)
        grant = EagerGrant(amount, priority, source, effective_at or self.now, expires_at, len(self.grants))
        self.grants.append(grant)
        if begins <= self.now:
            self._enter(grant)
        return grant

    def wait(self, until):
        """Let everything happen that time alone does, in the order of its instants."""
        while (event := self._next_event(until)) is not None:
            self.now, kind, what = event
            if kind == 0:
                self.holds.remove(what)
                self._return(what.origins)
            elif kind == 1:
                self.expired += what.remaining
                what.remaining = 0
            else:
                self._enter(what)
        self.now = until

    def burn(self, amount):
        """The grants of so many credits; None if there are fewer."""
        if amount > self.available:
            return None
        origins = []
        for grant in sorted(self.grants, key=lambda grant: grant.place):
            taken = min(grant.remaining, amount - len(origins))
            grant.remaining -= taken
            origins += [grant] * taken
        return origins

    def charge(self, amount):
        origins = self.burn(amount)
        if origins is None:
            return None
        self.spent += amount
        self.charges.append(EagerSpending(origins))
        return self.charges[-1]

    def hold(self, amount, expires_at):
        origins = self.burn(amount)
        if origins is None:
            return None
        self.holds.append(EagerSpending(origins, expires_at))
        return self.holds[-1]

    def settle(self, hold, amount):
        self.holds.remove(hold)
        self.spent += amount
        self._return(hold.origins[amount:])
        return EagerSpending(hold.origins[:amount])

    def refund(self, charge, amount):
        end = len(charge.origins) - charge.refunded
        charge.refunded += amount
        self.spent -= amount
        for grant in charge.origins[end - amount : end]:
            if grant.is_alive(self.now):
                grant.remaining += 1
            else:
                # One by one: what is left of them together is all that is compared.
                self.give(1, source=grant.source)

    def _next_event(self, until):
        events = [(hold.expires_at, 0, hold) for hold in self.holds]
        for grant in self.grants:
            if not grant.entered:
                events.append((grant.effective_at, 2, grant))
            elif grant.remaining and grant.expires_at is not None:
                events.append((grant.expires_at, 1, grant))
        due = [event for event in events if event[0] <= until]
        return min(due, key=lambda event: event[:2], default=None)

    def _return(self, origins):
        for grant in origins:
            if grant.is_alive(self.now):
                grant.remaining += 1
            else:
                self.expired += 1

    def _enter(self, grant):
        grant.entered, grant.remaining = True, grant.amount
