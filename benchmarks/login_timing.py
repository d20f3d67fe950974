"""Whether the time of a refused sign-in tells why it was refused: a rank test (SEC-06)."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle

from benchmarks.world import DISABLED_EMAIL, PASSWORDLESS_EMAIL

WRONG_PASSWORD = "another password altogether"
REFERENCE = "wrong password"


def time_refusals(port: int, emails: Sequence[str], *, samples: int) -> dict[str, list[float]]:
    """The seconds that each kind of refusal takes, one after another and in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    attempts = kinds_of_refusals(emails)
    took: dict[str, list[float]] = {kind: [] for kind in attempts}
    for _ in range(samples):
        for kind, addresses in attempts.items():
            body = json.dumps({"email": next(addresses), "password": WRONG_PASSWORD})
            begun = time.perf_counter()
            connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            took[kind].append(time.perf_counter() - begun)
            if answer.status != http.client.UNAUTHORIZED:
                message = f"a sign-in with a {kind} was answered with {answer.status}"
                raise ValueError(message)
    connection.close()
    return took


def kinds_of_refusals(emails: Sequence[str]) -> dict[str, Iterator[str]]:
    """Who cannot sign in, by what is wrong with them."""
    return {
        REFERENCE: cycle(emails),
        "unknown address": cycle([f"nobody-{number}@example.org" for number in range(len(emails))]),
        "disabled account": cycle([DISABLED_EMAIL]),
        "account without a password": cycle([PASSWORDLESS_EMAIL]),
    }


def effects(took: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """How likely each kind takes longer than a wrong password does: 0.5 tells nothing, 0 and 1 tell all.

    Source: the probability of superiority, from the rank sum of Mann and Whitney.
    """
    reference = took[REFERENCE]
    return {
        kind: superiority(seconds, reference) for kind, seconds in took.items() if seconds is not reference
    }


def superiority(some: Sequence[float], others: Sequence[float]) -> float:
    """The share of pairs in which the one of `some` is greater; a tie is half of one."""
    greater = sum((one > other) + (one == other) / 2 for one in some for other in others)
    return greater / (len(some) * len(others))
