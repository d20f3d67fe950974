import pytest

from benchmarks.load_result import LoadError
from benchmarks.wrk import parse

REPORT = """Running 5s test @ http://127.0.0.1:8101/
  1 threads and 128 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    38.54ms   25.31ms 130.72ms   85.97%
    Req/Sec     3.67k     1.35k    5.45k    70.00%
  Latency Distribution
     50%   28.46ms
     75%   34.95ms
     90%   80.19ms
     99%    1.09s 
  10976 requests in 5.01s, 12.39MB read
{complaints}Requests/sec:   2190.82
Transfer/sec:      2.47MB
"""  # noqa: W291 -- wrk pads its units


def test_a_report_is_read_with_its_units():
    result = parse(REPORT.format(complaints=""))

    assert (result.completed, result.failures) == (10_976, 0)
    assert (result.p50_ms, result.p99_ms) == (28.46, 1090)
    assert result.per_second == pytest.approx(10_976 / 5.01)


def test_refusals_and_lost_connections_are_failures():
    complaints = "  Socket errors: connect 0, read 2, write 1, timeout 4\n  Non-2xx or 3xx responses: 100\n"

    result = parse(REPORT.format(complaints=complaints))

    assert result.failures == 107


def test_a_report_of_nothing_is_no_measurement():
    with pytest.raises(LoadError):
        parse(REPORT.format(complaints="").replace("10976 requests", "0 requests"))
