"""Every field of every body, at its limits and past them: a problem, and nothing consumed."""

import asyncio
import json

import jsonschema_rs
import pytest

from tests.api.operations import WITH_BODY, places, spoil

LONG = "9" * 5000
RAW_VALUES = [
    *("null", "true", "false", "0", "1", "-1", "5.0", "1e3", "0.5", "-0", "9007199254740993"),
    *(str(10**18), str(-(10**18)), str(10**30), str(-(10**30)), "1" + "0" * 400, LONG),
    *(
        '"5"',
        '"true"',
        '"null"',
        '""',
        '" "',
        '"x"',
        '"nonsense"',
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        '"a\\udfffb"',
    ),
    *(
        '"2020-01-01"',
        '"9999-12-31T23:59:59Z"',
        '"0001-01-01T00:00:00+14:00"',
        '"1e3"',
        '"\'; DROP TABLE users; --"',
    ),
    *(
        '"../../etc/passwd"',
        '"\\u202e\\u200b"',
        '"\\r\\nX-Injected: 1"',
        '"${jndi:x}"',
        '"{{7*7}}"',
        '"<script>"',
    ),
    *(json.dumps("x" * length) for length in (51, 65, 101, 201, 256, 501, 4097, 100_001)),
    *("[]", "[null]", "[1]", '[""]', '["x"]', '["\\u0000"]', '["\\ud800"]', "[[]]", "[{}]"),
    *(json.dumps(["x"] * length) for length in (33, 101, 501)),
    *(
        "{}",
        '{"a": null}',
        '{"\\u0000": 1}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": 1e300}',
        '{"unknown": {}}',
    ),
    "[" * 60 + "]" * 60,
]


class Documented:
    """What the document says about one place of a body."""

    def __init__(self, operation, schema):
        root = {**schema, "components": {"schemas": operation.schemas}}
        self._validator = jsonschema_rs.validator_for(root, validate_formats=True)
        self._takes_fractions = self.accepts(0.5)

    def refuses(self, raw):
        """Whether a value is forbidden already; integers are to be written as integers."""
        if raw == LONG:
            return True
        value = json.loads(raw)
        return not self.accepts(value) or (isinstance(value, float) and not self._takes_fractions)

    def accepts(self, value):
        """Whether the schema allows a value."""
        try:
            return self._validator.is_valid(value)
        except ValueError:  # a value that the validator itself cannot hold
            return False


def candidates(operation):
    """Each place of a body with each value, and whether the document forbids it there."""
    for place, schema in places(operation, operation.body_schema):
        documented = Documented(operation, schema)
        for raw in RAW_VALUES:
            yield place, raw, documented.refuses(raw)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_every_field_refuses_what_it_does_not_document(sender, operation):
    before = await sender.balances()
    surprises = []

    attempts = forbidden_at_once(operation)
    # Together, so that the gate decides about them together: that takes half the time.
    answers = await asyncio.gather(
        *(sender(operation, spoil(operation, raw, *group)) for raw, group in attempts)
    )

    for (raw, group), answer in zip(attempts, answers, strict=True):
        for place in group:
            if points_to(answer, place):
                continue
            # One answer need not name all: what it does not name is asked alone.
            alone = await sender(operation, spoil(operation, raw, place))
            if not refuses(alone, place, raw):
                surprises.append((place, raw[:40], alone.status_code, alone.json().get("errors")))

    assert surprises == []
    assert await sender.balances() == before


def forbidden_at_once(operation):
    """Each value with the places that must refuse it, of which none is inside another."""
    groups = {}
    for place, raw, forbidden in candidates(operation):
        if forbidden:
            groups.setdefault((raw, len(place)), []).append(place)
    return [(raw, group) for (raw, _depth), group in groups.items()]


def points_to(answer, place):
    """Whether an answer is a 422 that names this very place, or says that the JSON itself is broken."""
    if answer.headers["content-type"] != "application/problem+json":
        return False
    if answer.status_code == 400:
        return answer.json()["code"] == "malformed_json"
    pointer = pointer_to(place)
    pointers = [error["pointer"] for error in answer.json().get("errors", ())]
    return answer.status_code == 422 and any(
        found == pointer or found.startswith(f"{pointer}/") for found in pointers
    )


def pointer_to(place):
    """A place as the answers write it."""
    return "".join(f"/{step}" for step in place)


def refuses(answer, place, raw):
    """Whether an answer points to a place, or to what it is in, when nothing else was spoiled."""
    if answer.headers["content-type"] != "application/problem+json":
        return False
    if "\\ud8" in raw or "\\udf" in raw:
        # No Unicode. Secrets are compared and never stored: such a one is just wrong.
        return answer.status_code in {401, 422, 429}
    pointers = [error["pointer"] for error in answer.json().get("errors", ())]
    return answer.status_code == 422 and any(pointer_to(place).startswith(found) for found in pointers)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_no_value_that_a_field_documents_breaks_the_server(sender, operation):
    surprises = []

    for place, raw, forbidden in candidates(operation):
        if not forbidden:
            answer = await sender(operation, spoil(operation, raw, place))
            if answer.status_code >= 500:
                surprises.append((place, raw[:40], answer.status_code))

    assert surprises == []


UNKNOWN = ("unknown", "is_operator", "scopes_", "balance", "__proto__", "id", "\u0000")


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_unknown_members_are_refused(sender, operation):
    before = await sender.balances()

    answer = await sender(operation, with_members(operation, *UNKNOWN))
    without_unicode = await sender(operation, with_members(operation, "\ud800"))

    assert answer.status_code == without_unicode.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["extra_forbidden"] * len(UNKNOWN)
    assert without_unicode.json()["code"] == "validation_failed"
    assert await sender.balances() == before


def with_members(operation, *names):
    """A body that is fine but for these."""
    return json.dumps({**operation.example, **dict.fromkeys(names, True)}).encode()
