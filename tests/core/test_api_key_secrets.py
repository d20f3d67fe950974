"""Key strings: `fg_<env>_<id 12><secret 32><check 6>`."""

import hmac
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import api_key_secrets
from app.core.api_key_secrets import ALPHABET, ApiKeySecrets, PresentedKey, checksum, parse, prefix_of

PEPPERS = {1: b"old" * 16, 2: b"new" * 16}


@pytest.fixture(scope="module")
def issuer():
    return ApiKeySecrets(PEPPERS, current_pepper_id=2)


def base62(number):
    """The plain way, digit by digit."""
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = ALPHABET[digit] + text
    return text.rjust(6, "0")


@pytest.mark.parametrize("environment", ["live", "test"])
def test_a_key_has_the_contracts_form(issuer, environment):
    """SEC-47."""
    issued = issuer.issue(environment)

    assert re.fullmatch(rf"fg_{environment}_[0-9A-Za-z]{{50}}", issued.api_key)
    assert issued.api_key[8:20] == issued.lookup_id
    assert issued.api_key[-6:] == base62(zlib.crc32(issued.api_key[:-6].encode()))


def test_what_is_stored_is_the_hmac_of_the_secret_under_the_current_pepper(issuer):
    issued = issuer.issue("live")

    assert issued.pepper_id == 2
    assert issued.digest == hmac.digest(PEPPERS[2], issued.api_key[20:52].encode(), "sha256")


def test_an_issued_key_is_parsed_and_matches(issuer):
    issued = issuer.issue("live")

    presented = parse(issued.api_key)

    assert presented == PresentedKey(issued.lookup_id, issued.api_key[20:52].encode())
    assert issuer.matches(presented, digest=issued.digest, pepper_id=issued.pepper_id)


def test_no_two_keys_are_alike(issuer):
    keys = {issuer.issue("live").api_key for _ in range(500)}

    assert len(keys) == len({key[8:20] for key in keys}) == len({key[20:52] for key in keys}) == 500


def test_a_key_of_an_older_pepper_matches_while_that_pepper_is_known(issuer):
    issued = ApiKeySecrets({1: PEPPERS[1]}, current_pepper_id=1).issue("live")
    without = ApiKeySecrets({2: PEPPERS[2]}, current_pepper_id=2)
    presented = parse(issued.api_key)

    assert issuer.matches(presented, digest=issued.digest, pepper_id=1)
    assert not issuer.matches(presented, digest=issued.digest, pepper_id=2)
    assert not without.matches(presented, digest=issued.digest, pepper_id=1)


def test_a_digest_under_a_pepper_that_is_unknown_never_matches(issuer):
    issued = issuer.issue("live")

    assert not issuer.matches(parse(issued.api_key), digest=issued.digest, pepper_id=9)


def test_a_wrong_secret_or_an_absent_digest_does_not_match(issuer):
    issued, other = issuer.issue("live"), issuer.issue("live")
    presented = PresentedKey(issued.lookup_id, other.api_key[20:52].encode())

    assert not issuer.matches(presented, digest=issued.digest, pepper_id=2)
    assert not issuer.matches(presented, digest=None, pepper_id=None)
    assert not issuer.matches(presented, digest=bytes(32), pepper_id=2)


def test_an_unknown_id_costs_the_same_hash_and_comparison_as_a_known_one(issuer, monkeypatch):
    work = []
    digest, compare = hmac.digest, hmac.compare_digest
    monkeypatch.setattr(
        api_key_secrets.hmac, "digest", lambda *given: work.append("digest") or digest(*given)
    )
    monkeypatch.setattr(
        api_key_secrets.hmac, "compare_digest", lambda *given: work.append("compare") or compare(*given)
    )
    presented = PresentedKey("0" * 12, b"s" * 32)

    for stored in ({"digest": bytes(32), "pepper_id": 2}, {"digest": None, "pepper_id": None}):
        issuer.matches(presented, **stored)

    assert work == ["digest", "compare"] * 2


@pytest.mark.parametrize("position", range(58))
def test_any_one_changed_character_is_noticed(issuer, position):
    text = issuer.issue("live").api_key
    changed = ALPHABET[(ALPHABET.index(text[position]) + 1) % 62] if text[position] != "_" else "x"

    assert parse(text[:position] + changed + text[position + 1 :]) is None


@pytest.mark.parametrize("position", range(8, 57))
def test_two_exchanged_neighbours_are_noticed(issuer, position):
    text = issuer.issue("live").api_key
    if text[position] == text[position + 1]:
        return

    assert parse(text[:position] + text[position + 1] + text[position] + text[position + 2 :]) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda key: key[:0],
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key + "\n",
        lambda key: " " + key,
        lambda key: key.upper(),
        lambda key: key.swapcase(),
        lambda key: key.replace("fg_live", "fg_test"),
        lambda key: key.replace("fg_live_", "fg_prod_"),
        lambda key: key.replace("fg_", "sk_"),
        lambda key: key[:20] + "\x00" + key[21:],
        lambda key: key[:20] + "é" + key[21:],
        lambda key: key[:20] + "٣" + key[21:],
        lambda key: key[:20] + "\ud800" + key[21:],
        lambda key: key * 2,
    ],
)
def test_what_is_damaged_is_no_key(issuer, damage):
    assert parse(damage(issuer.issue("live").api_key)) is None


@given(st.text(max_size=80))
def test_no_text_whatever_makes_it_stumble(text):
    assert parse(text) is None


@given(st.text(alphabet=ALPHABET, min_size=50, max_size=50), st.sampled_from(["live", "test"]))
def test_only_the_right_check_is_accepted(characters, environment):
    text = f"fg_{environment}_{characters}"

    assert (parse(text) is not None) == (checksum(text[:-6]) == text[-6:])
    assert parse(text[:-6] + checksum(text[:-6])) is not None


@given(st.text(max_size=60))
def test_the_check_is_the_crc32_in_base62_with_leading_zeros(body):
    assert checksum(body) == base62(zlib.crc32(body.encode()))


def test_a_small_crc32_is_padded():
    body = next(f"fg_live_{n}" for n in range(10**6) if zlib.crc32(f"fg_live_{n}".encode()) < 62**4)

    assert checksum(body).startswith("00")


def test_only_the_environment_and_four_characters_of_the_id_are_shown():
    assert prefix_of("live", "4fGh0aQx7LmN") == "fg_live_4fGh"
