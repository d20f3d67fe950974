"""Secrets in the database are encrypted under a key with an id, for one purpose (SEC-37)."""

import secrets

import pytest

from app.core.secret_box import SecretBox, UnreadableSecretError, key_id_of

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
PLAIN = b"a seed of twenty byte"


def make_box() -> SecretBox:
    return SecretBox({1: OLD}, current_key_id=1)


def test_what_is_sealed_opens_again_and_shows_nothing():
    """SEC-37: nothing of the secret is in what is stored."""
    box = make_box()

    sealed = box.seal(PLAIN, purpose="seed")

    assert box.open(sealed, purpose="seed") == PLAIN
    assert PLAIN not in sealed
    assert PLAIN[:8] not in sealed


def test_the_same_secret_is_never_sealed_the_same_way_twice():
    box = make_box()

    assert len({box.seal(PLAIN, purpose="seed") for _ in range(100)}) == 100


def test_a_secret_of_one_purpose_is_none_of_another():
    box = make_box()
    sealed = box.seal(PLAIN, purpose="seed")

    with pytest.raises(UnreadableSecretError):
        box.open(sealed, purpose="token")


def test_no_byte_of_a_sealed_secret_can_be_altered_unnoticed():
    box = make_box()
    sealed = box.seal(PLAIN, purpose="seed")

    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(UnreadableSecretError):
            box.open(bytes(altered), purpose="seed")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"plain text of some length, never sealed", bytes(40)])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(UnreadableSecretError):
        make_box().open(sealed, purpose="seed")


def test_a_secret_under_a_previous_key_opens_and_new_ones_take_the_current_key():
    """SEC-37: keys can be changed."""
    old = make_box().seal(PLAIN, purpose="seed")
    box = SecretBox({1: OLD, 2: NEW}, current_key_id=2)

    assert box.open(old, purpose="seed") == PLAIN
    assert key_id_of(old) == 1
    assert key_id_of(box.seal(PLAIN, purpose="seed")) == 2


def test_a_secret_whose_key_is_gone_is_told_by_its_id():
    old = make_box().seal(PLAIN, purpose="seed")
    box = SecretBox({2: NEW}, current_key_id=2)

    with pytest.raises(UnreadableSecretError, match="key 1 of a sealed seed is not set"):
        box.open(old, purpose="seed")


def test_another_key_under_the_same_id_opens_nothing():
    sealed = make_box().seal(PLAIN, purpose="seed")

    with pytest.raises(UnreadableSecretError):
        SecretBox({1: NEW}, current_key_id=1).open(sealed, purpose="seed")
