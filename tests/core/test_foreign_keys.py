"""Which strings may be another system's keys, and what is looked up for them."""

from hashlib import sha256

import pytest

from app.core.foreign_keys import presented_by_digest, read_foreign_key

FOREIGN = "sk_live_51H8kQm3xZ"


def test_a_foreign_string_is_looked_up_by_half_of_its_digest_and_compared_by_all_of_it():
    digest = sha256(FOREIGN.encode()).hexdigest()

    presented = read_foreign_key(FOREIGN, ("sk_",))

    assert presented == presented_by_digest(digest)
    assert presented.lookup_id == f"sha256_{digest[:32]}"
    assert presented.secret == digest.encode()


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        (FOREIGN, ()),
        (FOREIGN, ("pk_",)),
        ("fg_live_4fGh0aQx7LmN2kR9sT1uV3wX5yZ7bC9dE2fG4hJ6kL8mN0pQ", ("",)),
        ("fg_whatever-it-may-be", ("", "fg_")),
        ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", ("", "eyJ")),
        ("sk_too_short", ("sk_",)),
        ("sk_" + "x" * 510, ("sk_",)),
        ("sk_with a space in it", ("sk_",)),
        ("sk_with\x00a_nul_in_it_", ("sk_",)),
        ("sk_not_ascii_\u00e9\u00e9\u00e9\u00e9", ("sk_",)),
        ("sk_with_a_line_break\n", ("sk_",)),
    ],
    ids=["off", "other", "ours", "nearly-ours", "token", "short", "long", "space", "nul", "accent", "line"],
)
def test_what_cannot_be_a_foreign_key_is_refused_without_a_look(text, prefixes):
    assert read_foreign_key(text, prefixes) is None
