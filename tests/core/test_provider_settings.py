"""Settings of providers and of calls to them."""

import pytest
from pydantic import ValidationError

from app.core.provider_settings import OauthSettings, OutboundSettings, ProviderSettings


@pytest.mark.parametrize("kind", ["google", "microsoft", "github"])
def test_a_known_provider_needs_no_more_than_the_client(kind):
    settings = ProviderSettings(kind=kind, client_id="client", client_secret="secret")

    assert settings.issuer.startswith("https://")
    assert settings.scopes
    assert not settings.trusted_for_email


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"issuer": "http://login.example.org"},
        {"issuer": "https://login.example.org?x=1"},
        {"issuer": "https://login.example.org", "scopes": ["email"]},
        {"issuer": "https://login.example.org", "scopes": ["openid", "e mail"]},
        {"issuer": "https://login.example.org", "kind": "saml"},
        {"issuer": "https://login.example.org", "secret": "x"},
    ],
)
def test_a_provider_that_cannot_work_does_not_boot(values):
    with pytest.raises(ValidationError):
        ProviderSettings(client_id="client", **values)


@pytest.mark.parametrize("name", ["Google", "a/b", "", "..", "a" * 33, "1st"])
def test_a_name_that_is_no_plain_path_segment_does_not_boot(name):
    with pytest.raises(ValidationError):
        OauthSettings(providers={name: {"kind": "google", "client_id": "client"}})


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.org/",
        "https://app.example.org/#x",
        "https://a@app.example.org/",
        "javascript:x",
        "/x",
    ],
)
def test_a_page_to_return_to_is_a_plain_https_url(url):
    """SEC-42."""
    with pytest.raises(ValidationError):
        OauthSettings(return_urls=[url])


@pytest.mark.parametrize(
    "url", ["https://app.example.org/x?y=1", "http://localhost:5173/", "http://127.0.0.1:3000/x"]
)
def test_pages_of_development_may_be_on_this_machine(url):
    assert OauthSettings(return_urls=[url]).return_urls == [url]


@pytest.mark.parametrize(
    "network", ["169.254.0.0/16", "0.0.0.0/0", "169.254.169.254/32", "fe80::/64", "::/0"]
)
def test_where_machines_find_their_credentials_is_never_called(network):
    """SEC-44."""
    with pytest.raises(ValidationError):
        OutboundSettings(allowed_networks=[network])


@pytest.mark.parametrize("network", ["127.0.0.0/8", "::1/128", "127.0.0.1/32"])
def test_production_does_not_call_its_own_machine(network):
    """SEC-44."""
    assert OutboundSettings(allowed_networks=[network]).complaint is not None
    assert OutboundSettings(allowed_networks=["10.0.0.0/8"]).complaint is None
