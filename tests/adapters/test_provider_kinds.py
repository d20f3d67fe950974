"""GitHub and Microsoft as they answer, served by a server of our own."""

import base64
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

import pytest

from app.adapters.github_provider import GithubProvider
from app.adapters.oidc_provider import OidcProvider
from app.adapters.outbound_client import OutboundClient, OutboundPolicy
from app.core.clock import system_clock
from app.core.exceptions import ProviderSignInError, ProviderUnavailableError
from app.core.provider_identity import ProviderAnswer
from app.core.provider_secrets import challenge_of
from app.core.provider_settings import ProviderSettings
from tests.factories.certificates import CertificateAuthority
from tests.factories.https_server import https_server, raw, says, sends
from tests.factories.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, Person

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
CHALLENGE = challenge_of("state", "browser", redirect_uri="https://api.example.org/callback")
OCTOCAT = {"id": 583231, "login": "octocat", "email": "public@example.org"}
EMAILS = [
    {"email": "old@example.org", "primary": False, "verified": True},
    {"email": "Cat@example.org", "primary": True, "verified": True},
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def server(authority):
    async with https_server(authority.server_context("localhost")) as served:
        yield served


@pytest.fixture
async def outbound(authority):
    policy = OutboundPolicy(allowed_networks=(ip_network("127.0.0.0/8"),), tls=authority.client_context())
    client = OutboundClient(policy)
    yield client
    await client.close()


@pytest.fixture
def github(server, outbound):
    """A GitHub Enterprise Server."""
    server.answers |= {
        "/login/oauth/access_token": says({"access_token": "gho_x", "token_type": "bearer"}),
        "/api/v3/user": says(OCTOCAT),
        "/api/v3/user/emails": says(EMAILS),
    }
    settings = ProviderSettings(
        kind="github", issuer=server.url, client_id="client", client_secret="secret", trusted_for_email=True
    )
    return GithubProvider(settings, outbound)


async def test_github_knows_people_by_their_number_and_says_their_primary_address(server, github):
    """SEC-40."""
    identity = await github.identify(ProviderAnswer("state", code="x"), CHALLENGE)

    assert (identity.issuer, identity.subject) == (server.url, "583231")
    assert (identity.email, identity.is_email_verified) == ("cat@example.org", True)
    form = server.received[0].form
    assert form["code_verifier"] == CHALLENGE.code_verifier
    assert (form["client_id"], form["client_secret"]) == ("client", "secret")
    assert server.received[1].headers["authorization"] == "Bearer gho_x"


async def test_github_is_asked_with_pkce_and_without_a_nonce(server, github):
    url = await github.authorization_url(CHALLENGE)

    asked = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{server.url}/login/oauth/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["read:user user:email"]
    assert "nonce" not in asked


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_github_has_not_verified_is_not(server, github, verified):
    """SEC-41."""
    server.answers["/api/v3/user/emails"] = says([EMAILS[1] | {"verified": verified}])

    identity = await github.identify(ProviderAnswer("state", code="x"), CHALLENGE)

    assert not identity.is_email_verified


@pytest.mark.parametrize("user", [{}, {"id": "583231"}, {"id": True}, {"id": None}, [], None])
async def test_an_answer_of_github_without_a_number_proves_nobody(server, github, user):
    server.answers["/api/v3/user"] = says(user)

    with pytest.raises(ProviderSignInError):
        await github.identify(ProviderAnswer("state", code="x"), CHALLENGE)


async def test_a_code_that_github_refuses_proves_nobody(server, github):
    server.answers["/login/oauth/access_token"] = says({"error": "bad_verification_code"})

    with pytest.raises(ProviderSignInError):
        await github.identify(ProviderAnswer("state", code="x"), CHALLENGE)


async def test_a_github_that_fails_is_unavailable(server, github):
    server.answers["/login/oauth/access_token"] = sends(raw(502, b"<html>"))

    with pytest.raises(ProviderUnavailableError):
        await github.identify(ProviderAnswer("state", code="x"), CHALLENGE)


@pytest.mark.parametrize(
    ("issuer", "is_right"), [("{}/login/oauth", True), ("https://evil.example.com", False)]
)
async def test_an_answer_that_names_another_provider_is_not_github_s(server, github, issuer, is_right):
    """SEC-39."""
    answer = ProviderAnswer("state", code="x", issuer=issuer.format(server.url))

    if is_right:
        assert (await github.identify(answer, CHALLENGE)).subject == "583231"
    else:
        with pytest.raises(ProviderSignInError):
            await github.identify(answer, CHALLENGE)


@pytest.fixture
def microsoft(server, outbound):
    """A provider of many tenants."""
    provider = IdentityProvider(server)
    document = server.answers.pop("/.well-known/openid-configuration")
    server.answers["/common/v2.0/.well-known/openid-configuration"] = document
    template = f"{server.url}/{{tenantid}}/v2.0"
    provider.metadata = {"issuer": template, "authorization_response_iss_parameter_supported": None}
    provider.claims = {"iss": f"{server.url}/{TENANT}/v2.0", "tid": TENANT, "at_hash": None}
    settings = ProviderSettings(
        kind="microsoft", issuer=f"{server.url}/common/v2.0", client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )
    provider.adapter = OidcProvider(settings, outbound, clock=system_clock)
    return provider


async def come_back(microsoft):
    answer = microsoft.approve(await microsoft.adapter.authorization_url(CHALLENGE), Person(sub="subject"))
    return await microsoft.adapter.identify(ProviderAnswer("state", code=answer["code"]), CHALLENGE)


async def test_people_of_a_tenant_have_the_tenant_s_issuer(server, microsoft):
    """SEC-40: the same subject of another tenant is somebody else."""
    identity = await come_back(microsoft)

    assert (identity.issuer, identity.subject) == (f"{server.url}/{TENANT}/v2.0", "subject")
    assert not identity.is_email_verified


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": None}, {"tid": "another"}, {"tid": ""}, {"tid": "../common"}, {"tid": 7},
        {"iss": "https://evil.example.com/" + TENANT + "/v2.0"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_token_whose_tenant_and_issuer_differ_is_refused(microsoft, claims):
    """SEC-39."""
    microsoft.claims |= claims

    with pytest.raises(ProviderSignInError):
        await come_back(microsoft)


async def test_a_key_of_one_tenant_signs_for_no_other(server, microsoft):
    """SEC-39."""
    member = microsoft.key.as_dict(private=False)
    microsoft.published = [member | {"issuer": f"{server.url}/another/v2.0"}]

    with pytest.raises(ProviderSignInError):
        await come_back(microsoft)


async def test_a_client_without_a_secret_names_itself_in_the_form(authority, server, outbound):
    provider = IdentityProvider(server)
    settings = ProviderSettings(issuer=server.url, client_id=CLIENT_ID)
    adapter = OidcProvider(settings, outbound, clock=system_clock)
    answer = provider.approve(await adapter.authorization_url(CHALLENGE), Person())
    brought_back = ProviderAnswer("state", code=answer["code"], issuer=answer["iss"])

    with pytest.raises(ProviderSignInError):  # This provider wants the secret: what it was sent is the point.
        await adapter.identify(brought_back, CHALLENGE)

    (sent,) = [each for each in server.received if each.path == "/token"]
    assert "authorization" not in sent.headers
    assert sent.form["client_id"] == CLIENT_ID
    assert "client_secret" not in sent.form


async def test_a_secret_goes_in_the_form_where_a_header_will_not_do(server, outbound):
    provider = IdentityProvider(
        server, metadata={"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    )
    settings = ProviderSettings(issuer=server.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    adapter = OidcProvider(settings, outbound, clock=system_clock)
    answer = provider.approve(await adapter.authorization_url(CHALLENGE), Person())

    with pytest.raises(ProviderSignInError):
        await adapter.identify(ProviderAnswer("state", code=answer["code"], issuer=answer["iss"]), CHALLENGE)

    (sent,) = [each for each in server.received if each.path == "/token"]
    assert sent.form["client_secret"] == CLIENT_SECRET
    assert "authorization" not in sent.headers


def test_the_secrets_of_an_attempt_depend_on_the_browser_and_the_state():
    """SEC-38."""
    same = challenge_of("state", "browser", redirect_uri="https://api.example.org/callback")
    others = [
        challenge_of("state", "other", redirect_uri="x"),
        challenge_of("other", "browser", redirect_uri="x"),
    ]

    assert (same.nonce, same.code_verifier) == (CHALLENGE.nonce, CHALLENGE.code_verifier)
    assert len(base64.urlsafe_b64decode(same.code_verifier + "=")) == 32
    assert len({same.nonce, same.code_verifier, *(each.nonce for each in others)}) == 4
