"""Argon2id and nothing else, on as many threads as the product has: what signing in is bound by."""

import time
from concurrent.futures import ThreadPoolExecutor

import argon2

from app.core.settings import SessionSettings
from benchmarks.load_result import LoadResult, percentile


def hash_alone(settings: SessionSettings, *, threads: int, seconds: float, password: str) -> LoadResult:
    """Compare a right password over and over, with the product's parameters."""
    hasher = argon2.PasswordHasher(
        time_cost=settings.argon2_iterations,
        memory_cost=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
    )
    stored = hasher.hash(password)
    started = time.perf_counter()

    def compare_until_the_end() -> list[float]:
        took = []
        while (begun := time.perf_counter()) < started + seconds:
            hasher.verify(stored, password)
            took.append((time.perf_counter() - begun) * 1000)
        return took

    with ThreadPoolExecutor(threads) as pool:
        runs = [pool.submit(compare_until_the_end) for _ in range(threads)]
        times_ms = sorted(each for run in runs for each in run.result())
    elapsed = time.perf_counter() - started
    return LoadResult(len(times_ms), elapsed, 0, percentile(times_ms, 50), percentile(times_ms, 99))
