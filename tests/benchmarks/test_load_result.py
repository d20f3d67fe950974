import pytest

from benchmarks.load_result import percentile


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (99.5, 100), (100, 100), (1, 1)])
def test_a_percentile_is_the_smallest_value_that_covers_its_share(percent, value):
    assert percentile(range(1, 101), percent) == value


def test_the_percentile_of_one_value_is_that_value():
    assert percentile([7.5], 99) == 7.5


def test_nothing_has_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
