"""Form bodies read strictly, for the routes whose RFC demands a form (RFC 6749, section 3.2)."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel

from app.core.exceptions import MalformedFormError, UnsupportedMediaTypeError

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
FIELDS_MAX = 20
FORM_TYPE = re.compile(
    rb"""[ \t]*application/x-www-form-urlencoded[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-?8"?[ \t]*)?""",
    re.IGNORECASE,
)


def require_form(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Go on only if the body is declared as a plain form, once.

    Raises:
        UnsupportedMediaTypeError: it is not.
    """
    declared = [value for name, value in headers if name == b"content-type"]
    encoded = any(
        name == b"content-encoding" and value.strip().lower() not in (b"", b"identity")
        for name, value in headers
    )
    if len(declared) != 1 or encoded or FORM_TYPE.fullmatch(declared[0]) is None:
        raise UnsupportedMediaTypeError(FORM_MEDIA_TYPE)


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form; one without a value counts as left out (RFC 6749, section 3.1).

    Raises:
        MalformedFormError: it is no form in UTF-8, has too many fields, or one of them twice.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise MalformedFormError("The body is not a form in UTF-8, or has too many fields.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedFormError("The form has a field twice.")
    return {name: value for name, value in fields.items() if value}


def form_documentation(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra=` of a route that reads this form."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {FORM_MEDIA_TYPE: {"schema": schema}}}}
