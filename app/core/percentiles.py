"""Percentiles of what was counted in buckets."""

import math
from collections.abc import Mapping, Sequence


def percentile(counts: Mapping[int, int], share: float, *, bounds: Sequence[int]) -> int | None:
    """What `share` of all lies below, as if each bucket were filled evenly; None if nothing was counted.

    Bucket 0 ends at the first of `bounds`; the last one, without an end, is taken to end as far from the last
    bound as that is from the one before.
    """
    total = sum(counts.values())
    if not total:
        return None
    rank = max(1, math.ceil(share * total))
    for bucket in sorted(counts):
        if rank <= counts[bucket]:
            edges = (0, *bounds, 2 * bounds[-1] - bounds[-2])
            low, high = edges[bucket], edges[bucket + 1]
            return low + (high - low) * rank // counts[bucket]
        rank -= counts[bucket]
    return None
