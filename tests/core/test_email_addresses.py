"""One mailbox, one account (SEC-08)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.email_addresses import canonical_email


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("  Owner@Example.ORG ", "owner@example.org"),
        ("\uff4f\uff57\uff4e\uff45\uff52@example.org", "owner@example.org"),
        ("owner@b\u00fccher.example", "owner@xn--bcher-kva.example"),
        ("owner@XN--BCHER-KVA.example", "owner@xn--bcher-kva.example"),
        ("owner@example\u3002org", "owner@example.org"),
        ("\u212aey@example.org", "key@example.org"),
        ("cafe\u0301@example.org", "caf\u00e9@example.org"),
        ("owner+tag@example.org", "owner+tag@example.org"),
        ("owner@faregate.test", "owner@faregate.test"),
    ],
)
def test_every_spelling_of_an_address_has_the_same_form(written, canonical):
    assert canonical_email(written) == canonical


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u00ad",
        "\u3164",
        "\ufe0f",
        "\x00",
        "\n",
        "\t",
        "\x7f",
    ],
)
@pytest.mark.parametrize("place", ["{0}owner@example.org", "ow{0}ner@example.org", "owner@example.org{0}"])
def test_an_address_that_hides_a_character_is_refused(hidden, place):
    with pytest.raises(ValueError, match="invisible"):
        canonical_email(place.format(hidden))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "owner",
        "owner@",
        "@example.org",
        "owner@example",
        "a@b@example.org",
        "owner@exam ple.org",
        "owner@[127.0.0.1]",
        '"owner"@example.org',
        "Owner <owner@example.org>",
        "owner@-example.org",
        f"owner@{'.'.join(['d' * 60] * 5)}",
        "owner@" + "d" * 100_000,
    ],
)
def test_text_that_is_no_address_is_refused_without_repeating_it(text):
    with pytest.raises(ValueError, match="must") as caught:
        canonical_email(text)

    assert len(text) < 3 or text not in str(caught.value)


@settings(deadline=None)
@given(st.emails() | st.text(max_size=40) | st.text(max_size=10).map(lambda text: f"{text}@example.org"))
def test_the_canonical_form_is_its_own_canonical_form(text):
    try:
        canonical = canonical_email(text)
    except ValueError:
        return

    assert canonical_email(canonical) == canonical
    assert canonical == canonical.lower()
    assert len(canonical) <= 254
