"""The habits of Google, Microsoft and GitHub: whom each may vouch for, and who somebody is there."""

import pytest

from app.adapters.github_provider import primary_of
from app.adapters.oidc_provider import VOUCHES, discovered_issuer
from app.core.provider_settings import ProviderKind, ProviderSettings

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@pytest.mark.parametrize(
    ("claims", "is_verified"),
    [
        ({"email": "a@gmail.com", "email_verified": True}, True),
        ({"email": "A@GMAIL.com", "email_verified": True}, True),
        ({"email": "a@example.org", "email_verified": True, "hd": "example.org"}, True),
        ({"email": "a@example.org", "email_verified": True}, False),
        ({"email": "a@gmail.com.example.org", "email_verified": True}, False),
        ({"email": "a@gmail.com", "email_verified": "true"}, False),
        ({"email": "a@gmail.com"}, False),
        ({"email": "a@example.org", "email_verified": True, "hd": True}, False),
    ],
)
def test_google_vouches_for_the_mailboxes_it_rules(claims, is_verified):
    """SEC-41."""
    assert VOUCHES[ProviderKind.GOOGLE](claims) is is_verified


@pytest.mark.parametrize(
    ("claims", "is_verified"),
    [
        ({"email": "a@example.org", "xms_edov": True}, True),
        ({"email": "a@example.org", "xms_edov": "1"}, False),
        ({"email": "a@example.org", "xms_edov": 1}, False),
        ({"email": "a@example.org", "email_verified": True}, False),
        ({"email": "a@example.org"}, False),
    ],
)
def test_microsoft_vouches_for_the_domains_of_the_tenant_alone(claims, is_verified):
    """SEC-41: anybody can write any address into a tenant of their own."""
    assert VOUCHES[ProviderKind.MICROSOFT](claims) is is_verified


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        (
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
        ),
        (
            f"https://login.microsoftonline.com/{TENANT}/v2.0",
            f"https://login.microsoftonline.com/{TENANT}/v2.0",
        ),
    ],
)
def test_microsoft_calls_itself_by_a_template_where_there_are_many_tenants(issuer, expected):
    settings = ProviderSettings(kind="microsoft", client_id="x", issuer=issuer)

    assert discovered_issuer(settings) == expected


@pytest.mark.parametrize(
    ("emails", "primary"),
    [
        ([{"email": "a@example.org", "primary": True, "verified": True}], "a@example.org"),
        (
            [{"email": "a@example.org", "primary": False}, {"email": "b@example.org", "primary": True}],
            "b@example.org",
        ),
        ([{"email": "a@example.org", "primary": "true"}], None),
        ([{"email": "a@example.org", "primary": True}, {"email": "b@example.org", "primary": True}], None),
        ([], None),
        (None, None),
        ({"email": "a@example.org"}, None),
        ([7, None], None),
    ],
)
def test_the_address_at_github_is_the_primary_one(emails, primary):
    assert primary_of(emails).get("email") == primary
