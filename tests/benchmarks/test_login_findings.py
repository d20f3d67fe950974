import pytest

from benchmarks.http_requests import TOKENS, login_load
from benchmarks.login_run import LoginFindings
from benchmarks.login_timing import REFERENCE, effects


def test_times_from_the_same_hat_tell_nothing():
    took = {REFERENCE: [1.0, 2.0, 3.0], "unknown address": [1.0, 2.0, 3.0]}

    assert effects(took) == {"unknown address": 0.5}


def test_times_that_are_always_longer_or_shorter_tell_all():
    took = {REFERENCE: [5.0, 6.0], "unknown address": [1.0, 2.0], "disabled account": [8.0, 9.0]}

    assert effects(took) == {"unknown address": 0.0, "disabled account": 1.0}


@pytest.mark.parametrize("effect", [0.39, 0.61])
def test_a_refusal_whose_time_tells_why_is_a_problem(effect):
    findings = LoginFindings(timing_effects={"unknown address": effect, "disabled account": 0.52})

    assert len(findings.problems()) == 1


def test_memory_and_health_out_of_bounds_are_problems():
    quiet = LoginFindings(memory_mib_before=200, memory_mib_most=300, health_p99_ms=[20.0])
    loud = LoginFindings(memory_mib_before=200, memory_mib_most=900, health_p99_ms=[20.0, 2000.0])

    assert quiet.problems() == []
    assert len(loud.problems()) == 2


def test_a_login_is_a_whole_request():
    load = login_load(["owner@example.org"], "a password")

    head, _, body = load.requests[0].partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert load.marker == TOKENS
