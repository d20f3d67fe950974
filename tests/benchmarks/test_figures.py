import pytest

from benchmarks.figures import Figure, Metric, Name, SubjectName, evaluate
from benchmarks.load_result import LoadResult
from benchmarks.measurement import Cost, Round, find_problem

RATIO = Figure(Name.CONSTANT, "a / b", SubjectName.VERIFY, SubjectName.VERIFY_CONSTANT, 0.70)
LATENCY = Figure(
    Name.LATENCY, "a / b", SubjectName.HALF_LOAD, SubjectName.HALF_LOAD_CONSTANT, 4, Metric.P99_MS
)


def rounds(subject, metric, *values, problem=None):
    """Rounds of a subject with these answers per second, or these p99."""
    results = [
        LoadResult(int(value), 1.0, 0, 1.0, 1.0)
        if metric is Metric.PER_SECOND
        else LoadResult(100, 1.0, 0, 1.0, value)
        for value in values
    ]
    cost = Cost(None, None, None)
    return [Round(subject, number, result, None, cost, problem) for number, result in enumerate(results, 1)]


def test_a_figure_is_the_ratio_of_the_medians_and_shows_how_far_rounds_lie_apart():
    measured = [
        *rounds(SubjectName.VERIFY, Metric.PER_SECOND, 700, 100, 800),
        *rounds(SubjectName.VERIFY_CONSTANT, Metric.PER_SECOND, 1000, 1000, 1000),
    ]

    outcome = evaluate(RATIO, measured)

    assert (outcome.measured, outcome.lowest, outcome.highest) == (0.7, 0.1, 0.8)
    assert outcome.reached


@pytest.mark.parametrize(("p99_ms", "reached"), [(7.9, True), (8.1, False)])
def test_a_latency_must_not_exceed_its_target(p99_ms, reached):
    measured = [
        *rounds(SubjectName.HALF_LOAD, Metric.P99_MS, p99_ms),
        *rounds(SubjectName.HALF_LOAD_CONSTANT, Metric.P99_MS, 2.0),
    ]

    assert evaluate(LATENCY, measured).reached is reached


def test_a_fast_wrong_answer_reaches_nothing():
    measured = [
        *rounds(SubjectName.VERIFY, Metric.PER_SECOND, 9000, problem="wrong"),
        *rounds(SubjectName.VERIFY_CONSTANT, Metric.PER_SECOND, 1000),
    ]

    outcome = evaluate(RATIO, measured)

    assert outcome.problems == ["verify, round 1: wrong"]
    assert outcome.reached is False


def test_a_figure_without_its_rounds_is_not_told():
    assert evaluate(RATIO, rounds(SubjectName.VERIFY, Metric.PER_SECOND, 1)) is None


@pytest.mark.parametrize(
    ("failures", "charges", "is_true"),
    [
        (0, 1000, True),
        (0, 1128, True),  # the requests under way at the end were charged too
        (0, 999, False),  # an answer without its charge
        (0, 1129, False),  # a charge without a request
        (0, None, True),  # a constant charges nothing
        (1, 1000, False),
    ],
)
def test_a_round_counts_only_if_the_ledger_agrees(failures, charges, is_true):
    result = LoadResult(1000, 1.0, failures, 1.0, 1.0)

    assert (find_problem(result, charges, under_way=128) is None) is is_true
