"""The parts of a provider's dialogue that are the same for all of them."""

from base64 import b64decode
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.adapters.code_exchange import authorization_url_of, basic
from app.core.provider_identity import ProviderChallenge
from app.core.provider_settings import ProviderSettings

CHALLENGE = ProviderChallenge(
    redirect_uri="https://api.example.com/callback", state="a-state", nonce="n", code_verifier="v" * 43
)


def test_the_browser_carries_the_challenge_and_never_the_verifier():
    settings = ProviderSettings(client_id="me", issuer="https://login.example.org")

    url = authorization_url_of(
        "https://login.example.org/authorize?tenant=1", settings, CHALLENGE, nonce=None
    )

    query = parse_qs(urlsplit(url).query)
    assert query["tenant"] == ["1"]
    assert query["state"] == ["a-state"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["code_challenge"] == [create_s256_code_challenge(CHALLENGE.code_verifier)]
    assert CHALLENGE.code_verifier not in url
    assert "nonce" not in query


def test_credentials_are_encoded_as_in_a_form_before_they_are_joined():
    """RFC 6749, section 2.3.1: a colon in a client id would move the border."""
    encoded = basic("my:client", "s%cret +")

    assert b64decode(encoded.removeprefix("Basic ")) == b"my%3Aclient:s%25cret+%2B"
