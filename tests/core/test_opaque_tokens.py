"""Opaque tokens: unguessable, and never stored as they are."""

import base64

import pytest

from app.core.opaque_tokens import TokenPurpose, digest_of, issue


def test_a_token_carries_256_bits_of_randomness():
    issued = issue(TokenPurpose.REFRESH)

    assert len(base64.urlsafe_b64decode(issued.token.removeprefix("fgr_") + "=")) == 32


def test_a_token_is_found_again_by_its_digest_alone():
    issued = issue(TokenPurpose.REFRESH)

    assert digest_of(issued.token, TokenPurpose.REFRESH) == issued.digest
    assert issued.token.encode() not in issued.digest


def test_no_two_tokens_are_alike():
    assert len({issue(TokenPurpose.REFRESH).token for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:0],
        lambda token: token[:-1],
        lambda token: f"{token}A",
        lambda token: f"{token}\n",
        lambda token: f" {token}",
        lambda token: token.removeprefix("fgr_"),
        lambda token: token.replace("fgr_", "FGR_"),
        lambda token: f"{token[:-1]}é",
        lambda token: f"{token[:-1]}\x00",
        lambda token: f"fg_live_{token[4:]}",
    ],
)
def test_text_of_another_form_has_no_digest(change):
    assert digest_of(change(issue(TokenPurpose.REFRESH).token), TokenPurpose.REFRESH) is None
