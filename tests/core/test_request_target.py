import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.exceptions import AmbiguousRequestError
from app.core.request_target import PATH_LENGTH_MAX, read_path


@pytest.mark.parametrize(
    "target",
    [
        "/reports/7", "/reports/7/", "/Reports/7", "/REPORTS/7", "/%72eports/7", "/%52eports/%37",
        "/reports/7?x=/../", "/reports/7?", "/reports/7??", "/rep%6Frts/7", "/rep%6frts/7",
        "/reports/%37?a=%2e%2e",
    ],
)  # fmt: skip
def test_spellings_that_every_server_reads_alike_are_one(target):
    assert read_path(target) == ("reports", "7")


@pytest.mark.parametrize(
    "target",
    [
        "", "reports", "*", "?x", "http://example.org/reports", "//example.org/reports", "//reports",
        "/reports//7", "/reports/7//", "/.", "/./reports", "/x/../reports", "/reports/..",
        "/%2e%2e/reports", "/.%2E/reports", "/x/%2e./reports", "/reports%2F7", "/reports%2f7",
        "/reports\\7", "/reports%5C7", "/reports;v=1", "/reports%3Bv", "/;/reports", "/reports/7;",
        "/reports%00", "/reports%0a", "/reports%7F", "/reports%", "/reports%4", "/reports%zz",
        "/%u0072eports", "/%2572eports", "/%252e%252e/reports", "/%25%37%32eports", "/reports#x",
        "/re ports", "/re\tports", "/reports\n", "/repörts", "/rep%F6rts", "/%c0%ae%c0%ae/reports",
        "/%e0%80%af", "/%ed%a0%80", "/{id}", "/<x>", '/"x"', "/a|b", "/a^b", "/a`b", "/[x]", "/\x00",
        "/" + "a" * PATH_LENGTH_MAX,
    ],
)  # fmt: skip
def test_a_spelling_that_servers_read_differently_is_refused(target):
    with pytest.raises(AmbiguousRequestError):
        read_path(target)


@pytest.mark.parametrize(
    ("target", "segments"),
    [
        ("/", ()),
        ("/?x=1", ()),
        ("/caf%C3%A9", ("café",)),
        ("/CAF%C3%89", ("café",)),
        ("/100%25", ("100%",)),
        ("/what%3F/a%23b", ("what?", "a#b")),
        ("/a%20b/...", ("a b", "...")),
        ("/~a/@b:c/$&'()*+,=!", ("~a", "@b:c", "$&'()*+,=!")),
        ("/" + "a" * (PATH_LENGTH_MAX - 1), ("a" * (PATH_LENGTH_MAX - 1),)),
    ],
)
def test_what_is_merely_unusual_is_read(target, segments):
    assert read_path(target) == segments


@given(st.text(alphabet="ab%2eEfF5cC/\\.;?#\x00 é", max_size=12))
def test_no_path_that_is_read_hides_another(text):
    try:
        segments = read_path("/" + text)
    except AmbiguousRequestError:
        return

    for segment in segments:
        assert segment not in {"", ".", ".."}
        assert not set(segment) & set("/\\;\x00")
