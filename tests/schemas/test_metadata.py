import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.metadata import BYTES_MAX, DEPTH_MAX, Metadata

metadata = TypeAdapter(Metadata)


def nested(depth):
    value = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": None, "b": [True, 1, 1.5, "text"], "c": {"d": {}}},
        {"big": 10**4000},
        {"text": "x" * (BYTES_MAX - len('{"text":""}'))},
        {"text": "é" * ((BYTES_MAX - len('{"text":""}')) // 2)},
        nested(DEPTH_MAX),
    ],
    ids=lambda value: str(value)[:30],
)
def test_small_json_objects_are_kept_as_they_are(value):
    assert metadata.validate_python(value) == value


@pytest.mark.parametrize(
    "value",
    [
        [],
        "text",
        None,
        {"text": "x" * (BYTES_MAX - len('{"text":""}') + 1)},
        {"text": "é" * BYTES_MAX},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": ["\x00"]},
        {"a": {"\x00": 1}},
        {"a": "\ud800"},
        nested(DEPTH_MAX + 1),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_the_database_cannot_hold_or_is_too_much_is_refused(value):
    with pytest.raises(ValidationError):
        metadata.validate_python(value)


def test_endless_nesting_is_refused_without_walking_it():
    with pytest.raises(ValidationError):
        metadata.validate_python(nested(100_000))
