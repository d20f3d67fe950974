"""The generic cell rate algorithm (ITU-T I.371), in integer microseconds.

A bucket is one number, the theoretical arrival time `tat`: the instant at which it is full again. A unit
costs `T = period / quota`; a call of weight n passes iff `max(tat, now) + n*T - tau <= now` with
`tau = T * burst`. Everything here is pure; the clock is the database's.
"""

from dataclasses import dataclass, field
from enum import StrEnum

MICROSECONDS = 1_000_000
COARSE_US = 1_000
"""Below it, a microsecond more or less of T is more than a thousandth of the quota."""
OWN = "key."
"""Begins the names of a key's own limits; no other name has a dot."""


class LimitUnit(StrEnum):
    """What a limit counts."""

    REQUESTS = "requests"
    CREDITS = "credits"
    """What calls cost."""
    IN_FLIGHT = "in_flight"
    """Holds that are open at the same time; no bucket, and no period."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A named limit: `quota` units per `period_seconds`, `burst` of them at once."""

    name: str
    quota: int
    period_seconds: int
    burst: int
    unit: LimitUnit = LimitUnit.REQUESTS
    interval_us: int = field(init=False)
    """T: what one unit costs. At least 1, because the quota is at most a million per second."""

    def __post_init__(self) -> None:
        """Divide once, not for every call.

        The fraction of a microsecond is dropped, so that a full period gives the whole quota back. Where it
        is more than a thousandth of T, the quota would be exceeded by as much: there T is rounded up.
        """
        interval_us, rest = divmod(self.period_seconds * MICROSECONDS, self.quota)
        is_coarse = interval_us < COARSE_US and rest > 0
        object.__setattr__(self, "interval_us", interval_us + is_coarse)

    @property
    def asked_for_by(self) -> str:
        """The name without the mark that tells a key's own limit from the one that it shares."""
        return self.name.removeprefix(OWN)

    def take_slot(self, taken: int, now_us: int) -> "Take":
        """What one more meets of which `taken` are in flight: a bucket that is as full as they are many."""
        return self.take(now_us + taken * self.interval_us, 1, now_us)

    def weight_of(self, cost: int) -> int:
        """What a call of that cost takes."""
        return cost if self.unit is LimitUnit.CREDITS else 1

    def take(self, tat_us: int, weight: int, now_us: int) -> "Take":
        """What a call of `weight` units meets in the bucket `tat_us`; weight 0 only looks."""
        interval = self.interval_us
        tolerance = interval * self.burst
        start = max(tat_us, now_us)
        after = start + weight * interval
        excess = after - tolerance - now_us
        if excess <= 0 or weight == 0:
            return Take(self, weight, after, now_us, exceeded=False, wait_us=0)
        wait = None if weight > self.burst else excess
        return Take(self, weight, start, now_us, exceeded=True, wait_us=wait)


@dataclass(slots=True)
class Take:
    """One limit's answer to one call. Not frozen: made for every limit of every request."""

    quota: Quota
    weight: int
    tat_us: int
    """The bucket after the call; unchanged by a refused one."""
    now_us: int
    exceeded: bool
    wait_us: int | None
    """Until the refused weight would pass; None when it never will."""

    def given_back(self) -> "Take":
        """The bucket as it was before this call, asked for nothing."""
        before = self.tat_us if self.exceeded else self.tat_us - self.weight * self.quota.interval_us
        return Take(self.quota, 0, before, self.now_us, exceeded=False, wait_us=0)

    @property
    def remaining(self) -> int:
        """Whole units that would pass now."""
        interval = self.quota.interval_us
        return max(0, (interval * self.quota.burst - (self.tat_us - self.now_us)) // interval)

    @property
    def retry_after_seconds(self) -> int | None:
        """Seconds, rounded up, until the refused weight would pass; None when it never will."""
        return None if self.wait_us is None else seconds_up(self.wait_us)

    @property
    def next_unit_seconds(self) -> int:
        """Seconds, rounded up, until one more unit is regained; 0 when the bucket is full."""
        used = self.tat_us - self.now_us
        if used <= 0:
            return 0
        interval = self.quota.interval_us
        return seconds_up(used % interval or interval)

    @property
    def reset_after_seconds(self) -> int:
        """Seconds, rounded up, until the bucket is full."""
        return max(0, seconds_up(self.tat_us - self.now_us))

    @property
    def header_seconds(self) -> int:
        """The `t` of the RateLimit field: until this call's kind of weight passes again."""
        if not self.exceeded:
            return self.next_unit_seconds
        return self.reset_after_seconds if self.wait_us is None else seconds_up(self.wait_us)


QUOTA_UNITS = {
    LimitUnit.REQUESTS: "",
    LimitUnit.CREDITS: ';qu="credits"',
    LimitUnit.IN_FLIGHT: ';qu="concurrent-requests"',
}


def seconds_up(microseconds: int) -> int:
    """Whole seconds, rounded up, so that nobody comes back too early."""
    return -(-microseconds // MICROSECONDS)


def rate_limit_headers(takes: list[Take]) -> dict[str, str]:
    """The RateLimit fields of these limits, and Retry-After when one refused.

    Source: draft-ietf-httpapi-ratelimit-headers-11; RFC 9110, section 10.2.3.
    """
    if not takes:
        return {}
    headers = {
        "RateLimit-Policy": ", ".join(
            f'"{take.quota.name}";q={take.quota.quota};w={take.quota.period_seconds}{unit_of(take)}'
            for take in takes
        ),
        "RateLimit": ", ".join(
            f'"{take.quota.name}";r={take.remaining};t={take.header_seconds}' for take in takes
        ),
    }
    retry_after = retry_after_seconds(takes)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return headers


def unit_of(take: Take) -> str:
    """The `qu` parameter: left out for requests, its default."""
    return QUOTA_UNITS[take.quota.unit]


def retry_after_seconds(takes: list[Take]) -> int | None:
    """How long the refused call must wait for all of its limits; None when it passed or never will."""
    refused = [take for take in takes if take.exceeded]
    if not refused or any(take.wait_us is None for take in refused):
        return None
    return max(seconds_up(take.wait_us or 0) for take in refused)
