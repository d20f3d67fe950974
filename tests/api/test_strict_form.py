"""Forms: one value for each field, in UTF-8, and nothing else passes for a form."""

import pytest

from app.api.strict_form import parse_form, require_form
from app.core.exceptions import MalformedFormError, UnsupportedMediaTypeError


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"token=abc", {"token": "abc"}),
        (
            b"token=a%20b+c&token_type_hint=access_token",
            {"token": "a b c", "token_type_hint": "access_token"},
        ),
        (b"token=abc&client_id=&other=1", {"token": "abc", "other": "1"}),
        (b"token=%C3%A9", {"token": "é"}),
    ],
)
def test_a_form_is_read(body, fields):
    assert parse_form(body) == fields


@pytest.mark.parametrize(
    "body",
    [
        b"token=a&token=b",
        b"token=a&token=a",
        b"token=&token=a",
        b"token=%FF",
        b"token=\xc3\xa9",
        b"&".join(b"f%d=1" % number for number in range(21)),
    ],
)
def test_what_is_no_form_or_says_something_twice_is_refused(body):
    with pytest.raises(MalformedFormError):
        parse_form(body)


@pytest.mark.parametrize(
    "declared",
    [
        b"application/x-www-form-urlencoded",
        b"Application/X-WWW-Form-Urlencoded; charset=UTF-8",
        b'application/x-www-form-urlencoded;charset="utf-8"',
    ],
)
def test_a_declared_form_passes(declared):
    require_form([(b"content-type", declared)])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"")],
        [(b"content-type", b"application/json")],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"multipart/form-data; boundary=x")],
        [(b"content-type", b"application/x-www-form-urlencoded; charset=latin-1")],
        [(b"content-type", b"application/x-www-form-urlencoded")] * 2,
        [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-encoding", b"gzip")],
    ],
)
def test_everything_else_is_refused(headers):
    with pytest.raises(UnsupportedMediaTypeError):
        require_form(headers)
