"""One round of one subject: its load, what it cost, and whether its answers were true."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from app.adapters.embedded_postgres import EmbeddedPostgres
from benchmarks.app_server import AppServer
from benchmarks.database import Database
from benchmarks.http_requests import Load
from benchmarks.load_result import LoadResult
from benchmarks.processor_time import machine_times, ticks_per_second, tree_ticks

SETTLE_SECONDS = 0.2
UNDER_WAY_MAX = 2_500
SETTLES_MAX = 25
"""When a round ends, answers that nobody waits for any more are still being committed."""


class ClosedLoad(Protocol):
    """`Wrk` or the built-in generator."""

    def run(self, port: int, load: Load, *, connections: int, seconds: float, start: int) -> LoadResult:
        """As fast as the server answers."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: requests to a server, and the database that each good answer charges."""

    name: str
    server: AppServer
    load: Load
    charged: Database | None = None
    items: int = 1
    """How many questions a request asks at once: they are what is counted."""
    turn: int = 0
    """How far the load's turn moves on from round to round."""

    def connections(self, most: int) -> int:
        """So many that the gate's queue, of 10,000 by default, holds what they ask at once."""
        return min(most, UNDER_WAY_MAX // self.items)


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor microseconds per request; None where the machine does not tell."""

    server_us: float | None
    postgres_us: float | None
    busy_share: float | None
    """How much of the machine was busy, whoever kept it so: 1.0 is all of it."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round showed."""

    subject: str
    number: int
    result: LoadResult
    charges: int | None
    """Ledger entries written meanwhile."""
    cost: Cost
    problem: str | None
    """Why the round counts for nothing: wrong answers, or answers without their charge."""


class Ticks:
    """Counts processor time of a server and of PostgreSQL from its making on."""

    def __init__(self, server_pid: int, postgres_pid: int) -> None:
        self._pids = (server_pid, postgres_pid)
        self._before = [tree_ticks(pid) for pid in self._pids]
        self._machine = machine_times()

    def cost_of(self, requests: int) -> Cost:
        """What has been used so far, shared out."""
        server, postgres = (
            None
            if before is None or (now := tree_ticks(pid)) is None
            else (now - before) / ticks_per_second()
            for pid, before in zip(self._pids, self._before, strict=True)
        )
        after = machine_times()
        busy = None
        if after is not None and self._machine is not None and after.total > self._machine.total:
            busy = (after.busy - self._machine.busy) / (after.total - self._machine.total)
        return Cost(microseconds_each(server, requests), microseconds_each(postgres, requests), busy)


def microseconds_each(seconds: float | None, requests: int) -> float | None:
    """Seconds of all requests, shared out."""
    return None if seconds is None else seconds * 1_000_000 / requests


def measure(
    subject: Subject,
    number: int,
    put_load: Callable[[], LoadResult],
    postgres: EmbeddedPostgres,
    *,
    connections: int,
) -> Round:
    """Put the load on, and hold its answers against the ledger."""
    charged = subject.charged
    entries_before = settled_entries(charged)
    ticks = Ticks(subject.server.pid, postgres.pid)
    result = put_load()
    result = replace(result, completed=result.completed * subject.items)
    cost = ticks.cost_of(result.completed)
    entries_after = settled_entries(charged)
    charges = None if entries_before is None or entries_after is None else entries_after - entries_before
    subject.server.empty_log()
    problem = find_problem(result, charges, under_way=connections * subject.items)
    return Round(subject.name, number, result, charges, cost, problem)


def settled_entries(database: Database | None) -> int | None:
    """How many ledger entries there are when no more are added; None without a database."""
    entries = None
    for _ in range(SETTLES_MAX):
        before, entries = entries, database.count_entries() if database else None
        time.sleep(SETTLE_SECONDS)
        if entries == before:
            break
    return entries


def find_problem(result: LoadResult, charges: int | None, *, under_way: int) -> str | None:
    """What is untrue about a round; None when nothing is.

    Each completed request is one charge; those under way at the end may have been charged too.
    """
    if result.failures:
        return f"{result.failures} of {result.completed} answers were not what they must be"
    if charges is not None and not result.completed <= charges <= result.completed + under_way:
        return f"{result.completed} answers, but {charges} charges"
    return None
