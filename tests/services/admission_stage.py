"""A small world for `decide`: two organizations, their plans, and one credential of every kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from uuid import UUID, uuid4

from app.core.admission import (
    Account,
    AdmissionRequest,
    PastCharge,
    PresentedSession,
    Snapshot,
    StoredKey,
    StoredSession,
    organization_subject,
)
from app.core.api_key_secrets import ApiKeySecrets, parse
from app.core.gcra import MICROSECONDS, Quota
from app.services.admission_identity import Policy

START = datetime(2026, 1, 17, 9, 30, tzinfo=UTC)
LONG_AGO = START - timedelta(days=365)
SECRETS = ApiKeySecrets({1: b"p" * 43}, current_pepper_id=1)
POLICY = Policy(SECRETS, frozenset({"forecast:read"}))

A, B = UUID(int=1), UUID(int=2)
OWNER, STRANGER = UUID(int=11), UUID(int=12)
WIDE, TIGHT, NONE = UUID(int=21), UUID(int=22), UUID(int=23)
PLANS = {
    WIDE: {"day": Quota("day", 9, 86_400, 9), "minute": Quota("minute", 6, 60, 6)},
    TIGHT: {"minute": Quota("minute", 2, 60, 2)},
    NONE: {},
}
CREDITS = {A: 40, B: 12}


def make_key(organization_id=A, plan_id=WIDE, **values):
    """A key string taken apart, and its row: live, good, with a scope, unless told otherwise."""
    issued = SECRETS.issue(values.get("environment", "live"))
    defaults = {
        "organization_active": True,
        "user_id": OWNER,
        "user_active": True,
        "user_is_operator": False,
        "role": "owner",
        "expires_at": None,
        "revoked_at": None,
        "key_id": uuid4(),
        "retired_at": None,
        "environment": "live",
        "scopes": ["forecast:read"],
        "enabled": True,
        "credit_cap": None,
        "allowed_cidrs": None,
        "metadata": None,
        "last_used_at": None,
        "organization_limits": None,
        "own_limits": None,
    }
    columns = {"organization_id": organization_id, "plan_id": plan_id, **defaults, **values}
    return parse(issued.api_key), StoredKey(**columns, digest=issued.digest, pepper_id=issued.pepper_id)


def make_session(asked_for=None, **values):
    """An access token read, and its session: of organization A's owner, good unless told otherwise."""
    defaults = {
        "organization_id": A,
        "organization_active": True,
        "plan_id": WIDE,
        "organization_limits": None,
        "user_id": OWNER,
        "user_active": True,
        "user_is_operator": False,
        "expires_at": START + timedelta(days=365),
        "revoked_at": None,
        "session_id": uuid4(),
        "role": "owner",
        "person": None,
        "authenticated_at": START,
        "impersonator_id": None,
    }
    stored = StoredSession(**{**defaults, **values})
    return PresentedSession(stored.session_id, stored.user_id, asked_for), stored


GOOD = make_key()
ROTATED = make_key(key_id=GOOD[1].key_id, retired_at=START - timedelta(seconds=1))
CREDENTIALS = {
    "good": GOOD,
    "sibling": make_key(),
    "test": make_key(environment="test"),
    "capped": make_key(credit_cap=5),
    "tight": make_key(plan_id=TIGHT),
    "narrow": make_key(scopes=[]),
    "walled": make_key(allowed_cidrs=[ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")]),
    "rotated": ROTATED,
    "revoked": make_key(revoked_at=LONG_AGO),
    "disabled": make_key(enabled=False),
    "expired": make_key(expires_at=START),
    "foreign": make_key(B, NONE, user_id=STRANGER),
    "session": make_session(),
    "ended": make_session(revoked_at=LONG_AGO),
}
WRONG_SECRET = GOOD[0]._replace(secret=b"0" * 32)
UNKNOWN_SESSION = PresentedSession(UUID(int=99), OWNER)
PRESENTED = {
    **{name: presented for name, (presented, _) in CREDENTIALS.items()},
    "absent": make_key()[0],
    "wrong secret": WRONG_SECRET,
    "unknown session": UNKNOWN_SESSION,
    "malformed": None,
}
STORED = {name: stored for name, (_, stored) in CREDENTIALS.items()}


def ask(credential, **values):
    """One request with the credential of that name."""
    return AdmissionRequest(PRESENTED[credential], **values)


class Stage:
    """What the database would hold: snapshots are taken of it, changes are applied to it."""

    def __init__(self, credits=None):
        self.now = START
        self.credits = dict(credits or CREDITS)
        self.sequences = dict.fromkeys(self.credits, 0)
        self.buckets = {}
        self.past_charges = {}
        self.spent_by_key = {}
        self.ledger = []

    @property
    def now_us(self):
        """Microseconds since the epoch."""
        return int(self.now.timestamp()) * MICROSECONDS + self.now.microsecond

    def snapshot(self, **extra_keys):
        """Everything, as the repository would load it; `extra_keys` are further (presented, row) pairs."""
        subjects = [organization_subject(organization_id) for organization_id in self.credits]
        names = [*{name for quotas in PLANS.values() for name in quotas}, "demand"]
        buckets = {(subject, name): 0 for subject in [*subjects, "ip:192.0.2.1"] for name in names}
        pairs = {**CREDENTIALS, **extra_keys}.values()
        return Snapshot(
            now=self.now,
            now_us=self.now_us,
            keys={p.lookup_id: replace(row) for p, row in pairs if isinstance(row, StoredKey)},
            sessions={p.place: replace(row) for p, row in pairs if isinstance(row, StoredSession)},
            accounts={o: Account(amount, self.sequences[o]) for o, amount in self.credits.items()},
            quotas={plan_id: dict(quotas) for plan_id, quotas in PLANS.items()},
            buckets=buckets | self.buckets,
            past_charges=dict(self.past_charges),
            spent_by_key={
                row.key_id: self.spent_by_key.get(row.key_id, 0)
                for _, row in pairs
                if isinstance(row, StoredKey) and row.credit_cap is not None
            },
        )

    def apply(self, changes):
        """Write a batch, as the repository would, under the constraints of the tables."""
        for charge in changes.charges:
            key = charge.organization_id, charge.charge_id
            assert charge.charge_id is None or key not in self.past_charges, (
                "unique (organization, charge id)"
            )
            self.credits[charge.organization_id] -= charge.cost
            self.sequences[charge.organization_id] += 1
            assert charge.cost > 0
            assert charge.sequence == self.sequences[charge.organization_id]
            assert charge.available_after == self.credits[charge.organization_id] >= 0
            self.ledger.append(charge)
            if charge.charge_id is not None:
                self.past_charges[key] = PastCharge(
                    charge.api_key_id, charge.user_id, charge.cost, charge.available_after
                )
        for organization_id, account in changes.accounts.items():
            assert account.available == self.credits[organization_id]
            assert account.last_sequence == self.sequences[organization_id]
        assert changes.accounts.keys() == {charge.organization_id for charge in changes.charges}
        self.buckets |= changes.buckets
        self.spent_by_key |= changes.spent_by_key
