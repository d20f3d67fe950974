"""The contract read aloud, one question after another: plain, and written without looking at `decide`."""

from dataclasses import dataclass, field

from tests.services.admission_stage import CREDENTIALS, CREDITS, PLANS, PRESENTED, START

SCOPES_OF_SESSION = {"owner": {"forecast:read", "blog_posts:read", "credits:read"}}
UNUSABLE = {
    "absent": "NOT_FOUND",
    "wrong secret": "NOT_FOUND",
    "unknown session": "NOT_FOUND",
    "malformed": "NOT_FOUND",
    "rotated": "REVOKED",
    "revoked": "REVOKED",
    "ended": "REVOKED",
    "disabled": "DISABLED",
    "expired": "EXPIRED",
}


@dataclass
class Answer:
    """What the contract says about one question."""

    code: str
    charged: int | None = 0
    remaining: int | None = None
    replayed: bool = False


@dataclass
class NaiveGate:
    """Balances, arrival times and charge ids, in plain dicts."""

    now_us: int = int(START.timestamp()) * 1_000_000
    credits: dict = field(default_factory=lambda: dict(CREDITS))
    tats: dict = field(default_factory=dict)
    charged: dict = field(default_factory=dict)
    spent: dict = field(default_factory=dict)

    def ask(self, name, *, cost=0, scopes=(), limits=None, charge_id=None, address=None):  # noqa: PLR0911
        """Answer one question, and take what it takes."""
        code = UNUSABLE.get(name)
        if code == "NOT_FOUND":
            return Answer(code, None, None)
        row = CREDENTIALS[name][1]
        organization = row.organization_id
        balance = self.credits[organization]
        code = code or self._forbids(name, row, scopes, address)
        if code:
            return Answer(code, 0, balance)
        payer = PRESENTED[name] if name == "session" else row.key_id
        cost = 0 if name == "test" else cost
        if cost and charge_id and (organization, charge_id) in self.charged:
            who, amount, balance_then = self.charged[organization, charge_id]
            if (who, amount) == (payer, cost):
                return Answer("VALID", cost, balance_then, replayed=True)
            return Answer("CHARGE_ID_REUSED", 0, balance)
        filled = self._fill(organization, PLANS[row.plan_id], limits)
        if filled is None:
            return Answer("RATE_LIMITED", 0, balance)
        cap = 5 if name == "capped" else 10**18
        if cost and (cost > balance or self.spent.get(payer, 0) + cost > cap):
            return Answer("INSUFFICIENT_CREDITS", 0, balance)
        self.tats |= filled
        self.credits[organization] -= cost
        self.spent[payer] = self.spent.get(payer, 0) + cost
        if cost and charge_id:
            self.charged[organization, charge_id] = payer, cost, self.credits[organization]
        return Answer("VALID", cost, self.credits[organization])

    def remaining(self, organization, quota):
        """What would pass of this limit now."""
        interval = quota.period_seconds * 1_000_000 // quota.quota
        tat = max(self.tats.get((organization, quota.name), 0), self.now_us)
        return max(0, (interval * quota.burst - (tat - self.now_us)) // interval)

    def _forbids(self, name, row, scopes, address):
        if name == "walled" and (address is None or not any(address in cidr for cidr in row.allowed_cidrs)):
            return "FORBIDDEN"
        held = SCOPES_OF_SESSION["owner"] if name == "session" else set(row.scopes)
        return None if set(scopes) <= held else "INSUFFICIENT_SCOPE"

    def _fill(self, organization, quotas, limits):
        """The arrival times after the call; None if one limit is used up."""
        weights = dict.fromkeys(quotas, 1) if limits is None else {use.name: use.weight for use in limits}
        filled = {}
        for name, weight in weights.items():
            quota = quotas[name]
            interval = quota.period_seconds * 1_000_000 // quota.quota
            if weight:
                new = max(self.tats.get((organization, name), 0), self.now_us) + weight * interval
                if new - interval * quota.burst > self.now_us:
                    return None
                filled[organization, name] = new
        return filled
