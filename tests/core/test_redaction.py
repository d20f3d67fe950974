import pytest

from app.core import opaque_tokens
from app.core.opaque_tokens import TokenPurpose
from app.core.redaction import REDACTED, redact, redact_text

KEY = "fg_live_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"sent {KEY} here", f"sent {REDACTED} here"),
        (f"/api/v1/{KEY}/x", f"/api/v1/{REDACTED}/x"),
        ("fg_test_cut", REDACTED),
        (f"jwt={TOKEN}", f"jwt={REDACTED}"),
        ("Authorization: Bearer abcdefgh12345", f"Authorization: {REDACTED}"),
        ("bEaReR abcdefgh12345", REDACTED),
        ("postgresql://app:hunter2@db/x", f"postgresql://{REDACTED}@db/x"),
        ("postgresql://db/x", "postgresql://db/x"),
        ("/api/v1/blog-posts", "/api/v1/blog-posts"),
        ("the bearer of news", "the bearer of news"),
        ("", ""),
    ],
)
def test_what_looks_like_a_credential_is_blacked_out(text, expected):
    assert redact_text(text) == expected


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_every_kind_of_opaque_token_is_blacked_out(purpose):
    """SEC-30."""
    token = opaque_tokens.issue(purpose).token

    assert redact_text(f"/x/{token}?y") == f"/x/{REDACTED}?y"


def test_members_are_blacked_out_by_name_at_any_depth():
    value = {
        "password": "hunter2",
        "outer": [{"refresh_token": "abc", "api-key": "abc", "cookie": "abc", "name": "kept"}],
        "tokens_left": 3,
        "secret": None,
    }

    assert redact(value) == {
        "password": REDACTED,
        "outer": [{"refresh_token": REDACTED, "api-key": REDACTED, "cookie": REDACTED, "name": "kept"}],
        "tokens_left": 3,
        "secret": None,
    }
