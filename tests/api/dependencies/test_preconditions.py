import pytest
from fastapi import Response

from app.api.dependencies.preconditions import Revalidation, read_if_match
from app.core.exceptions import PreconditionFailedError
from app.core.preconditions import UNCONDITIONAL


@pytest.mark.parametrize("values", [None, ["*"], [" * "]])
async def test_a_write_without_a_condition_goes_ahead(values):
    assert await read_if_match(values) == UNCONDITIONAL


@pytest.mark.parametrize("values", [['"3"'], ['"1", "3"'], ['"1"', '"3"']])
async def test_a_write_meant_for_this_version_goes_ahead(values):
    precondition = await read_if_match(values)

    precondition.require(3)


@pytest.mark.parametrize("values", [['"4"'], ['W/"3"'], ["3"], [""], ['"03"'], ['"3'], ["*, 3"]])
async def test_a_write_meant_for_anything_else_is_refused(values):
    precondition = await read_if_match(values)

    with pytest.raises(PreconditionFailedError):
        precondition.require(3)


def test_a_304_keeps_its_etag_and_the_other_headers():
    response = Response(headers={"Cache-Control": "public, no-cache"})

    answer = Revalidation(response, '"3"').answer({"any": "body"}, '"3"')

    assert answer.status_code == 304
    assert answer.headers["ETag"] == '"3"'
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.body == b""


def test_a_body_the_client_lacks_is_answered_under_its_tag():
    response = Response()

    answer = Revalidation(response, '"2"').answer({"any": "body"}, '"3"')

    assert answer == {"any": "body"}
    assert response.headers["ETag"] == '"3"'
