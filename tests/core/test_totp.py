"""One-time passwords against the vectors of RFC 6238, and in every spelling."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import totp

SECRET = b"12345678901234567890"
WIDE = "".join(chr(0xFF10 + digit) for digit in (1, 2, 3, 4, 5, 6))
ARABIC = "".join(chr(0x660 + digit) for digit in range(6))
NOW = datetime(2026, 11, 25, 12, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(seconds, code):
    """RFC 6238, appendix B, cut to six digits."""
    now = datetime.fromtimestamp(seconds, UTC)

    assert totp.code_of(SECRET, totp.step_of(now)) == code
    assert totp.find_step(SECRET, code, now) == totp.step_of(now)


@pytest.mark.parametrize(("steps", "found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_before_and_after_its_own(steps, found):
    code = totp.code_of(SECRET, totp.step_of(NOW))

    step = totp.find_step(SECRET, code, NOW + timedelta(seconds=30 * steps))

    assert step == (totp.step_of(NOW) if found else None)


@pytest.mark.parametrize(
    "text", ["123456", " 123 456 ", "123\u00a0456", WIDE, WIDE[:3] + " 456", "1\u20092\t3\n4 5 6"]
)
def test_every_spelling_of_a_code_has_one_form(text):
    """SEC-31."""
    assert totp.normalize_code(text) == "123456"


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "12345a", "123-456", "-12345", "+12345", "12345½", "1.2345", ARABIC]
)
def test_what_is_no_code_has_none(text):
    """SEC-31."""
    assert totp.normalize_code(text) is None


def test_the_link_quotes_what_would_change_its_meaning():
    uri = totp.provisioning_uri(SECRET, account="a&b=c/d?e@example.org", issuer="Weather & Sons: x")

    assert uri == (
        "otpauth://totp/Weather%20%26%20Sons%3A%20x:a%26b%3Dc%2Fd%3Fe@example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Weather%20%26%20Sons%3A%20x&digits=6&period=30"
    )


def test_secrets_are_long_and_never_the_same():
    assert {len(totp.new_secret()) for _ in range(3)} == {20}
    assert len({totp.new_secret() for _ in range(3)}) == 3
