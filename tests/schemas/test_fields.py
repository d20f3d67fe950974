from typing import Annotated

import pytest
from pydantic import StringConstraints, TypeAdapter, ValidationError

from app.schemas.fields import StorableStr

Name = TypeAdapter(
    Annotated[StorableStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=5)]
)


def test_a_text_is_stripped_before_its_length_is_measured():
    assert Name.validate_python("  five5  ") == "five5"


@pytest.mark.parametrize("text", ["   ", "six666", "a\x00b", "a\ud800", 5, None], ids=ascii)
def test_a_text_out_of_bounds_or_one_that_cannot_be_stored_is_refused(text):
    with pytest.raises(ValidationError):
        Name.validate_python(text)
