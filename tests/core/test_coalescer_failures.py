"""What failing flushes do to those who wait: no bad item fails its neighbours, no risk is repeated."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runway import Runway, open_coalescer, submit_all, turn


class PassingError(Exception):
    """Like a dropped connection: no item is to blame."""


class FinalError(PassingError):
    """Like a lost answer to a commit: a repetition could do harm."""


ERRORS = {"passing_errors": (PassingError,), "final_errors": (FinalError,)}


async def outcomes(callers):
    """Results and errors, in order."""
    return await asyncio.gather(*callers, return_exceptions=True)


async def test_a_failing_batch_is_repeated_once():
    runway = Runway()
    runway.failures[0] = ValueError()

    answers = await asyncio.gather(*submit_all(open_coalescer(runway), "ab"))

    assert answers == ["A", "B"]
    assert runway.batches == [["a", "b"], ["a", "b"]]


async def test_one_bad_item_never_fails_its_neighbours():
    runway = Runway()
    runway.bad_items["b"] = error = ValueError("b")

    answers = await outcomes(submit_all(open_coalescer(runway), "abc"))

    assert answers == ["A", error, "C"]
    assert runway.batches == [["a", "b", "c"], ["a", "b", "c"], ["a"], ["b"], ["c"]]


async def test_those_who_arrive_while_a_bad_batch_flies_item_by_item_are_not_harmed():
    runway = Runway(turns=3)
    runway.bad_items["bad"] = ValueError()
    coalescer = open_coalescer(runway)
    early = submit_all(coalescer, ["a", "bad"])
    await turn()
    late = submit_all(coalescer, ["c", "d"])

    await outcomes(early)

    assert await asyncio.gather(*late) == ["C", "D"]
    assert runway.batches[-1] == ["c", "d"]


async def test_a_final_error_fails_the_batch_without_a_repetition():
    runway = Runway()
    runway.failures[0] = error = FinalError()

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "ab"))

    assert answers == [error, error]
    assert runway.batches == [["a", "b"]]


async def test_a_final_error_of_the_repetition_is_not_repeated_either():
    runway = Runway()
    runway.failures = {0: PassingError(), 1: (error := FinalError())}

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "ab"))

    assert answers == [error, error]
    assert len(runway.batches) == 2


async def test_a_passing_error_is_repeated_once_and_forgotten():
    runway = Runway()
    runway.failures[0] = PassingError()

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "ab"))

    assert answers == ["A", "B"]


async def test_a_passing_error_that_comes_twice_fails_the_batch_and_nobody_flies_alone():
    runway = Runway()
    runway.failures = {0: PassingError(), 1: (error := PassingError())}

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "abc"))

    assert answers == [error] * 3
    assert len(runway.batches) == 2


async def test_a_passing_error_while_items_fly_alone_fails_the_rest_at_once():
    """Otherwise a database that went away would be waited for once per item."""
    runway = Runway()
    runway.failures = {0: ValueError(), 1: ValueError(), 3: (error := PassingError())}

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "abcd"))

    assert answers == ["A", error, error, error]
    assert runway.batches[2:] == [["a"], ["b"]]


async def test_a_final_error_while_items_fly_alone_fails_that_item_only():
    runway = Runway()
    runway.failures = {0: ValueError(), 1: ValueError(), 3: (error := FinalError())}

    answers = await outcomes(submit_all(open_coalescer(runway, **ERRORS), "abc"))

    assert answers == ["A", error, "C"]
    assert runway.batches[2:] == [["a"], ["b"], ["c"]]


async def test_after_a_failure_the_next_caller_is_served():
    runway = Runway()
    runway.failures[0] = FinalError()
    coalescer = open_coalescer(runway, **ERRORS)
    await outcomes(submit_all(coalescer, "a"))

    assert await coalescer.submit("b") == "B"


async def test_a_flight_that_is_cancelled_cancels_its_callers_instead_of_leaving_them_waiting():
    runway = Runway()
    runway.failures[0] = asyncio.CancelledError()
    coalescer = open_coalescer(runway)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(coalescer.submit("a"), timeout=1)

    assert await coalescer.submit("b") == "B"


@given(
    items=st.lists(st.booleans(), min_size=1, max_size=20),
    batch_max=st.integers(1, 6),
    flushes_max=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
async def test_good_items_are_answered_and_bad_ones_refused_whoever_flies_with_them(
    items, batch_max, flushes_max
):
    runway = Runway(answer=lambda item: item, turns=1)
    runway.bad_items = {index: ValueError(index) for index, bad in enumerate(items) if bad}
    coalescer = open_coalescer(runway, batch_max=batch_max, flushes_max=flushes_max)

    answers = await outcomes(submit_all(coalescer, range(len(items))))

    assert answers == [runway.bad_items.get(index, index) for index in range(len(items))]
