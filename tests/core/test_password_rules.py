"""What a new password must be: long, uncommon, and not about its account (SEC-01, SEC-02)."""

import pytest

from app.core.common_passwords import DIGEST_BYTES, is_common, listed_digests
from app.core.exceptions import InvalidFieldError
from app.core.password_rules import (
    PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR,
    require_acceptable_password,
    require_length,
)

EMAIL = "jane.doe@weather-office.example.org"
UNCOMMON = "\u00fclkj qpwo zmxn vhgj tyrueiwo"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("\U0001f511" * 7, "password_too_short"),
        ("kxq7" * 3 + "kx", "password_too_short"),
        (UNCOMMON * 10, "password_too_long"),
        (f"my address {EMAIL}", "password_contains_email"),
        (f"MY ADDRESS {EMAIL.upper()}", "password_contains_email"),
        ("my name is Jane.Doe, so it is", "password_contains_email"),
        ("at the Weather-Office we are", "password_contains_email"),
        ("the FareGate opens for me", "password_contains_product"),
        ("passwordpassword", "password_common"),
        ("PasswordPassword", "password_common"),
        ("password password", "password_common"),
        ("passwordpassword1!", "password_common"),
        ("\uff50asswordpassword", "password_common"),
        ("aaaaaaaaaaaaaaa", "password_common"),
        ("1qaz2wsx3edc4rfv", "password_common"),
        ("123456789123456789", "password_common"),
    ],
)
def test_a_new_password_that_breaks_a_rule_is_refused_without_being_repeated(password, code):
    """SEC-01, SEC-02."""
    with pytest.raises(InvalidFieldError) as caught:
        require_acceptable_password(password, email=EMAIL)

    assert caught.value.members["errors"][0]["code"] == code
    assert not password or password not in str(caught.value.members)


@pytest.mark.parametrize(
    "password",
    [
        "qzkxwvjyhgbtnmr",
        "p" * 255 + "q",
        " " * 15,
        "\U0001f511" * 15,
        "\x00" * 15,
        "tr\u00e8s long et bizarre",
        "only lower case letters here",
        "839201746582910",
        "correct horse battery staple",
    ],
)
def test_a_new_password_needs_no_other_character_than_it_has(password):
    """SEC-01: no rule of composition; code points are counted, whatever they are."""
    require_acceptable_password(password, email=EMAIL)


@pytest.mark.parametrize("short", ["jo@x.io", "bob@ab.example"])
def test_a_part_of_an_address_that_is_in_many_words_is_no_reason(short):
    require_acceptable_password("bobs job is an exotic hobby", email=short)


def test_eight_characters_do_beside_a_second_factor():
    """SEC-01."""
    require_length("kx7qzjwv", at_least=PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR)
    with pytest.raises(InvalidFieldError):
        require_length("kx7qzjw", at_least=PASSWORD_LENGTH_MIN_WITH_SECOND_FACTOR)


def test_the_list_has_far_more_than_three_thousand_passwords_that_the_rule_of_length_allows():
    """SEC-02: the script that makes it keeps none shorter than 8 characters."""
    digests = listed_digests()

    assert len(digests) % DIGEST_BYTES == 0
    assert len(digests) // DIGEST_BYTES > 100_000


@pytest.mark.parametrize("password", ["password", "trustno1", "basketball", "qwertyuiop", "Usuckballz1"])
def test_short_ones_are_in_the_list_for_those_with_a_second_factor(password):
    """SEC-02."""
    assert is_common(password)


def test_a_long_password_around_a_common_word_is_not_common():
    assert not is_common("sunshine 8493 2039 1129")


def test_a_lone_surrogate_is_no_accident():
    assert not is_common("\ud800" * 15)
