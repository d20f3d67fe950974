"""What a load generator saw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


class LoadError(RuntimeError):
    """The load could not be put on the server at all."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """One run of load on one server."""

    completed: int
    """Answers that came whole, good or not."""
    elapsed_seconds: float
    failures: int
    """Answers that were not a 200 with what they must contain, and requests without an answer."""
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.completed / self.elapsed_seconds


def percentile(sorted_values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` percent of all values do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not sorted_values:
        message = "no values"
        raise ValueError(message)
    return sorted_values[max(0, math.ceil(len(sorted_values) * percent / 100) - 1)]
