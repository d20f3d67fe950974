"""Percentiles of what was counted in buckets."""

import pytest

from app.core.percentiles import percentile

BOUNDS = (100, 200, 400)


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        ({}, 0.5, None),
        ({0: 1}, 0.5, 100),
        ({1: 2}, 0.5, 150),
        ({1: 2}, 1.0, 200),
        ({1: 99, 3: 1}, 0.99, 200),
        ({1: 98, 3: 2}, 0.99, 500),
        ({3: 1}, 0.5, 600),
    ],
)
def test_a_percentile_lies_where_that_share_of_all_is_below(counts, share, expected):
    assert percentile(counts, share, bounds=BOUNDS) == expected
