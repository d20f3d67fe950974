"""Recovery codes: what they are made of, and the one form in which they are kept (SEC-32)."""

from app.core import recovery_codes
from app.core.identifiers import new_id


def test_a_set_has_ten_codes_of_120_bits():
    codes = recovery_codes.new_codes()

    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {24}
    assert len(recovery_codes.ALPHABET) == 32


def test_every_spelling_of_a_code_is_kept_alike():
    user_id, code = new_id(), "01ab-cdef-ghjk-mnpq-rstv-wxyz"
    spellings = [code.upper(), code.replace("-", " "), f" {code} ", code.replace("0", "O").replace("1", "l")]

    digests = {recovery_codes.digest_of(each, user_id) for each in [code, *spellings]}

    assert len(digests) == 1
    assert None not in digests


def test_a_code_is_its_owner_s_alone():
    code = recovery_codes.new_codes()[0]

    assert recovery_codes.digest_of(code, new_id()) != recovery_codes.digest_of(code, new_id())


def test_what_is_no_code_is_nothing():
    texts = ["", "x", "0" * 23, "0" * 25, "u" * 24, "0" * 23 + "\u0660"]

    assert {recovery_codes.digest_of(text, new_id()) for text in texts} == {None}
