from benchmarks.processor_time import MachineTimes, ProcessTimes, parse_machine, parse_process


def test_a_process_line_is_read_past_any_command_name():
    line = "4711 (a) b) R 42 1 1 0 -1 4194304 1 0 0 0 100 20 3 4 20 0 9 0 1 2 3"

    assert parse_process(line) == ProcessTimes(parent=42, ticks=127)


def test_a_machine_is_not_busy_while_it_idles_or_waits_for_a_disk():
    text = "cpu  10 1 5 70 9 2 2 1 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n"

    assert parse_machine(text) == MachineTimes(busy=21, total=100)
