import json
import logging

import pytest
import structlog

from app.core.logging import configure_logging, request_id_of_context
from app.core.settings import Environment, LoggingSettings


@pytest.fixture
def configure(settings):
    """Configure logging for one test."""

    def configure_for_test(environment=Environment.TEST, **values):
        configure_logging(LoggingSettings(**values), environment)

    yield configure_for_test
    configure_logging(settings.logging, settings.environment)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_production_writes_one_json_object_per_line(configure, capsys):
    configure(Environment.PRODUCTION)

    structlog.get_logger().info("a thing\nhappened", count=3)

    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"level": "info", "event": "a thing\nhappened", "count": 3}


def test_development_writes_for_people(configure, capsys):
    configure(Environment.DEVELOPMENT)

    structlog.get_logger().info("a thing happened", count=3)

    assert "a thing happened count=3" in capsys.readouterr().out


def test_lines_below_the_level_are_not_written(configure, capsys):
    configure(level="warning", format="json")

    structlog.get_logger().info("quiet")

    assert lines(capsys) == []


def test_lines_name_the_request_they_belong_to(configure, capsys):
    configure(format="json")
    token = request_id_of_context.set("request-7")

    structlog.get_logger().info("within")
    request_id_of_context.reset(token)
    structlog.get_logger().info("without")

    within, without = lines(capsys)
    assert within["request_id"] == "request-7"
    assert "request_id" not in without


def test_secrets_are_blacked_out_in_members_texts_and_tracebacks(configure, capsys):
    configure(format="json")

    try:
        int("canary fg_live_canary1")
    except ValueError:
        structlog.get_logger().exception(
            "canary fg_live_canary2", password="canary3", note="Bearer canary456"
        )

    written = capsys.readouterr().out
    assert "canary " in written
    assert not [canary for canary in ("canary1", "canary2", "canary3", "canary456") if canary in written]


def test_lines_of_libraries_take_the_same_way(configure, capsys):
    configure(format="json")

    logging.getLogger("library").warning("canary %s", "fg_live_canary1", extra={"token": "canary2"})
    logging.getLogger("library").info("said at info")

    (line,) = lines(capsys)
    assert line["event"] == "canary [redacted]"
    assert line["token"] == "[redacted]"
    assert line["logger"] == "library"


def test_configuring_twice_writes_lines_once(configure, capsys):
    configure(format="json")
    configure(format="json")

    logging.getLogger("library").warning("once")

    assert len(lines(capsys)) == 1


def test_text_that_is_no_unicode_is_still_written(configure, capsys):
    configure(format="json")

    structlog.get_logger().info("lone surrogate", text="\ud800")

    assert lines(capsys)[0]["text"] == "\ud800"


class FullDisk:
    """An output that takes nothing."""

    def write(self, _text):
        raise OSError

    def isatty(self):
        return False


# standards: ignore[TST001] that nothing is raised is what it proves
def test_a_full_disk_stops_nobody(configure, monkeypatch):
    configure(format="json")
    monkeypatch.setattr("sys.stdout", FullDisk())

    structlog.get_logger().info("into the void")
