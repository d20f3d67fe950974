"""How callers gather, fly and land; what failing flushes do is in test_coalescer_failures.py."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.coalescer import Coalescer
from app.core.exceptions import OverloadedError
from tests.core.runway import Runway, open_coalescer, submit_all, turn


async def test_an_idle_caller_flies_at_once_without_a_timer():
    runway = Runway()
    coalescer = open_coalescer(runway)

    caller = asyncio.create_task(coalescer.submit("a"))
    await turn()

    assert runway.batches == [["a"]]
    assert await caller == "A"


async def test_callers_of_the_same_moment_fly_together():
    runway = Runway()

    answers = await asyncio.gather(*submit_all(open_coalescer(runway), "abc"))

    assert answers == ["A", "B", "C"]
    assert runway.batches == [["a", "b", "c"]]


async def test_callers_who_arrive_during_a_flight_gather_and_fly_together_when_it_lands():
    runway = Runway()
    coalescer = open_coalescer(runway)
    runway.hold()
    callers = submit_all(coalescer, "a")
    await turn()
    for late in "bcd":
        callers += submit_all(coalescer, late)
        await turn()

    runway.release()
    answers = await asyncio.gather(*callers)

    assert answers == ["A", "B", "C", "D"]
    assert runway.batches == [["a"], ["b", "c", "d"]]


@pytest.mark.parametrize("flushes_max", [1, 2, 3])
async def test_no_more_flushes_fly_than_allowed(flushes_max):
    runway = Runway()
    coalescer = open_coalescer(runway, batch_max=1, flushes_max=flushes_max)
    runway.hold()
    callers = submit_all(coalescer, "abcdefgh")
    await turn()
    aloft = runway.aloft

    runway.release()
    await asyncio.gather(*callers)

    assert aloft == flushes_max
    assert runway.most_aloft == flushes_max


async def test_a_batch_takes_no_more_than_its_size_and_keeps_the_order():
    runway = Runway()

    await asyncio.gather(*submit_all(open_coalescer(runway, batch_max=3), "abcdefgh"))

    assert runway.batches == [["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]


async def test_a_full_queue_refuses_at_once():
    runway = Runway()
    coalescer = open_coalescer(runway, queue_max=2)
    runway.hold()
    aloft = submit_all(coalescer, "a")
    await turn()
    waiting = submit_all(coalescer, "bc")
    await turn()

    with pytest.raises(OverloadedError):
        await coalescer.submit("d")

    runway.release()
    assert await asyncio.gather(*aloft, *waiting) == ["A", "B", "C"]


async def test_the_queue_counts_sizes_and_takes_what_is_larger_than_itself_when_it_is_empty():
    runway = Runway()
    coalescer = open_coalescer(runway, queue_max=4, batch_max=4, size_of=len)
    runway.hold()
    callers = submit_all(coalescer, ["aloft"])
    await turn()
    callers += submit_all(coalescer, ["enormous"])
    await turn()

    with pytest.raises(OverloadedError):
        await coalescer.submit("x")

    runway.release()
    assert await asyncio.gather(*callers) == ["ALOFT", "ENORMOUS"]


async def test_a_queue_that_emptied_has_room_again():
    runway = Runway()
    coalescer = open_coalescer(runway, queue_max=3, size_of=len)

    for _ in range(5):
        assert await asyncio.gather(*submit_all(coalescer, ["ab", "c"])) == ["AB", "C"]


async def test_who_waits_in_the_queue_beyond_the_deadline_is_refused_and_never_flies():
    runway = Runway()
    coalescer = open_coalescer(runway, deadline_seconds=0.02)
    runway.hold()
    aloft = submit_all(coalescer, "a")
    await turn()

    with pytest.raises(OverloadedError):
        await asyncio.wait_for(coalescer.submit("late"), timeout=1)

    runway.release()
    assert await asyncio.gather(*aloft) == ["A"]
    assert runway.batches == [["a"]]


async def test_the_deadline_holds_for_those_whom_the_first_batch_left_behind():
    runway = Runway()
    coalescer = open_coalescer(runway, batch_max=1, deadline_seconds=0.02)
    runway.hold()
    aloft, behind = submit_all(coalescer, "ab")

    with pytest.raises(OverloadedError):
        await asyncio.wait_for(behind, timeout=1)

    runway.release()
    assert await aloft == "A"


async def test_each_waits_for_its_own_deadline():
    runway = Runway()
    coalescer = open_coalescer(runway, deadline_seconds=0.06)
    runway.hold()
    callers = submit_all(coalescer, "a")
    await turn()
    early = submit_all(coalescer, "b")
    await asyncio.sleep(0.04)
    late = submit_all(coalescer, "c")

    with pytest.raises(OverloadedError):
        await asyncio.wait_for(early[0], timeout=1)
    runway.release()

    assert await asyncio.gather(*callers, *late) == ["A", "C"]


async def test_a_caller_cancelled_in_the_queue_is_dropped_from_its_flush():
    runway = Runway()
    coalescer = open_coalescer(runway)
    runway.hold()
    callers = submit_all(coalescer, "a")
    await turn()
    gone, *stayed = submit_all(coalescer, "bcd")
    await turn()

    gone.cancel()
    runway.release()

    assert await asyncio.gather(*callers, *stayed) == ["A", "C", "D"]
    assert runway.batches == [["a"], ["c", "d"]]


async def test_a_batch_of_cancelled_callers_never_flies():
    runway = Runway()
    coalescer = open_coalescer(runway, batch_max=2)
    runway.hold()
    callers = submit_all(coalescer, "a")
    await turn()
    gone = submit_all(coalescer, "bc")
    await turn()

    for caller in gone:
        caller.cancel()
    runway.release()
    await asyncio.gather(*callers)
    await coalescer.drain()

    assert runway.batches == [["a"]]


async def test_a_caller_cancelled_in_flight_does_not_disturb_the_others():
    runway = Runway()
    coalescer = open_coalescer(runway)
    runway.hold()
    first, gone, last = submit_all(coalescer, "abc")
    await turn()

    gone.cancel()
    runway.release()

    assert await asyncio.gather(first, last) == ["A", "C"]
    assert runway.batches == [["a", "b", "c"]]


async def test_draining_waits_for_the_queue_and_for_every_flight():
    runway = Runway()
    coalescer = open_coalescer(runway, batch_max=2)
    callers = submit_all(coalescer, "abcde")
    await turn()

    await coalescer.drain()

    assert all(caller.done() for caller in callers)
    assert [caller.result() for caller in callers] == list("ABCDE")


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=40),
    pauses=st.lists(st.integers(0, 3), min_size=40, max_size=40),
    batch_max=st.integers(1, 8),
    flushes_max=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
async def test_whoever_arrives_whenever_gets_its_own_answer_in_order(sizes, pauses, batch_max, flushes_max):
    runway = Runway(answer=lambda item: ("answer", item), turns=2)
    coalescer = Coalescer(
        runway.flush,
        batch_max=batch_max,
        queue_max=1_000,
        flushes_max=flushes_max,
        deadline_seconds=60,
        size_of=lambda item: item[1],
    )
    items = list(enumerate(sizes))

    callers = []
    for item, pause in zip(items, pauses, strict=False):
        callers += submit_all(coalescer, [item])
        for _ in range(pause):
            await asyncio.sleep(0)

    assert await asyncio.gather(*callers) == [("answer", item) for item in items]
    assert [item for batch in runway.batches for item in batch] == items
    assert all(len(batch) == 1 or sum(size for _, size in batch) <= batch_max for batch in runway.batches)
    assert runway.most_aloft <= flushes_max
