"""The way to a provider and back: begun and ended in one browser, once, and in time."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from sqlalchemy import select, update

from app.core import opaque_tokens
from app.core.database import transaction
from app.core.opaque_tokens import TokenPurpose
from app.core.settings import LimitSettings
from app.models import OauthAttempt
from tests.api.v1.providers.conftest import RETURN_URL
from tests.factories.browser import COOKIE, PROVIDERS, Browser
from tests.factories.identity_provider import CLIENT_ID, Person

FAILED = (401, "provider_sign_in_failed")


def verdict(answer):
    return answer.status_code, answer.json().get("code")


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def attempt_of(resources, state):
    """The stored attempt."""
    digest = opaque_tokens.digest_of(state, TokenPurpose.PROVIDER_STATE)
    async with transaction(resources.engine) as session:
        return await session.scalar(select(OauthAttempt).where(OauthAttempt.state_digest == digest))


async def test_the_providers_are_listed_without_their_secrets(provider_client):
    answer = await provider_client.get(PROVIDERS)

    assert answer.json() == {
        "providers": [
            {"name": "alpha", "title": "Alpha Ltd", "kind": "oidc"},
            {"name": "beta", "title": "beta", "kind": "oidc"},
        ]
    }


async def test_the_browser_is_sent_away_with_all_that_will_bind_the_answer(browser, alpha):
    """SEC-38."""
    url = await browser.start("alpha")

    assert url.startswith(f"{alpha.issuer}/authorize?")
    asked = query_of(url)
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == f"http://test{PROVIDERS}/alpha/callback"
    assert asked["scope"] == "openid email profile"
    assert asked["code_challenge_method"] == "S256"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_every_attempt_has_secrets_of_its_own(browser):
    """SEC-38."""
    first, second = query_of(await browser.start("alpha")), query_of(await browser.start("alpha"))

    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


async def test_the_cookie_is_for_this_host_over_https_and_out_of_reach_of_scripts(provider_client):
    """SEC-38."""
    answer = await provider_client.post(f"{PROVIDERS}/alpha/start", json={})

    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-faregate_oauth=fgb_")
    assert {attribute.lower() for attribute in attributes} == {
        "secure", "httponly", "path=/", "max-age=600", "samesite=lax"
    }  # fmt: skip


async def test_nothing_in_the_database_can_finish_an_attempt(browser, resources):
    """SEC-38: digests alone are stored, and neither the nonce nor the verifier."""
    asked = query_of(await browser.start("alpha"))

    attempt = await attempt_of(resources, asked["state"])
    stored = {column.name: getattr(attempt, column.name) for column in OauthAttempt.__table__.columns}
    assert len(stored["state_digest"]) == len(stored["browser_digest"]) == 32
    assert {name for name, value in stored.items() if isinstance(value, str)} == {"provider", "purpose"}
    lifetime = attempt.expires_at - attempt.created_at
    assert timedelta(minutes=9) < lifetime <= timedelta(minutes=10, seconds=1)


async def test_an_attempt_of_another_browser_cannot_be_finished_here(browser, alpha, resources):
    """SEC-38: who lures a victim into finishing the attacker's sign-in gets nowhere."""
    attacker, victim = Browser(browser.client), browser
    lure = alpha.approve(await attacker.start("alpha"), Person())
    await victim.start("alpha")

    answer = await victim.finish("alpha", lure)

    assert verdict(answer) == FAILED
    assert alpha.server.asked("/token") == 0
    assert (await attacker.finish("alpha", lure)).status_code == 200


@pytest.mark.parametrize("cookie", ["", "nonsense", "fgb_" + "A" * 43, "fgb_", "fgo_" + "A" * 43])
async def test_a_browser_without_the_cookie_cannot_finish(browser, alpha, cookie):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())
    browser.cookie = cookie

    assert verdict(await browser.finish("alpha", answer)) == FAILED
    assert verdict(await browser.come_back("alpha", answer)) == FAILED


@pytest.mark.parametrize("state", ["nonsense", "fgo_" + "A" * 43, "fgr_" + "A" * 43])
async def test_a_state_that_nobody_was_given_is_refused(browser, alpha, state):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())

    assert verdict(await browser.finish("alpha", answer | {"state": state})) == FAILED


async def test_an_attempt_works_once(browser, alpha):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())
    cookie = browser.cookie

    assert (await browser.finish("alpha", answer)).status_code == 200
    browser.cookie = cookie
    assert verdict(await browser.finish("alpha", answer)) == FAILED


async def test_of_twenty_that_bring_the_same_answer_at_once_one_gets_in(browser, alpha):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())

    answers = await asyncio.gather(*(browser.finish("alpha", answer) for _ in range(20)))

    assert sorted(each.status_code for each in answers) == [200] + [401] * 19
    assert alpha.server.asked("/token") == 1


async def test_a_failed_attempt_is_used_up_as_well(browser, alpha):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())
    await browser.finish("alpha", answer | {"code": "guessed"})

    assert verdict(await browser.finish("alpha", answer)) == FAILED
    assert alpha.server.asked("/token") == 1


async def test_an_attempt_that_takes_too_long_is_over(browser, alpha, resources):
    """SEC-38."""
    answer = alpha.approve(await browser.start("alpha"), Person())
    attempt = await attempt_of(resources, answer["state"])
    async with transaction(resources.engine) as session:
        late = attempt.expires_at - timedelta(minutes=10, seconds=1)
        await session.execute(
            update(OauthAttempt).where(OauthAttempt.id == attempt.id).values(expires_at=late)
        )

    assert verdict(await browser.finish("alpha", answer)) == FAILED


async def test_an_answer_of_one_provider_is_no_answer_of_another(browser, alpha, beta):
    """SEC-38, SEC-39: mix-up. The attempt belongs to the provider that it was begun with."""
    answer = alpha.approve(await browser.start("alpha"), Person())

    assert verdict(await browser.finish("beta", answer)) == FAILED
    assert beta.server.asked("/token") == 0


async def test_a_refusal_of_the_provider_ends_the_attempt(browser, alpha):
    answer = alpha.approve(await browser.start("alpha"), Person())
    refusal = {"state": answer["state"], "error": "access_denied", "iss": alpha.issuer}

    assert verdict(await browser.finish("alpha", refusal)) == FAILED
    assert verdict(await browser.finish("alpha", answer)) == FAILED


async def test_a_code_beside_an_error_is_not_used(browser, alpha):
    answer = alpha.approve(await browser.start("alpha"), Person())

    assert verdict(await browser.finish("alpha", answer | {"error": "access_denied"})) == FAILED
    assert alpha.server.asked("/token") == 0


@pytest.mark.parametrize("path", ["start", "link"])
async def test_a_provider_that_is_not_there_answers_as_absent(provider_client, provider_world, path):
    caller = await provider_world.caller()

    answer = await provider_client.post(f"{PROVIDERS}/gamma/{path}", json={}, headers=caller.headers)

    assert verdict(answer) == (404, "not_found")


async def test_the_provider_s_redirect_signs_in_by_itself_and_takes_the_cookie_back(browser, alpha):
    answer = await browser.come_back("alpha", alpha.approve(await browser.start("alpha"), Person()))

    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["set-cookie"].startswith(f'{COOKIE}=""; ')
    assert "max-age=0" in answer.headers["set-cookie"].lower()


async def test_what_a_provider_adds_to_its_redirect_is_ignored(browser, alpha):
    """RFC 6749, section 4.1.2: Google sends `scope` and `authuser`, Keycloak `session_state`."""
    more = {"scope": "openid", "authuser": "0", "session_state": "x", "prompt": "none"}

    answer = await browser.come_back("alpha", alpha.approve(await browser.start("alpha"), Person()) | more)

    assert answer.status_code == 200


async def test_an_answer_that_says_something_twice_is_refused(browser, alpha):
    answer = alpha.approve(await browser.start("alpha"), Person())

    told_twice = [*answer.items(), ("state", answer["state"])]
    refused = await browser.client.get(
        f"{PROVIDERS}/alpha/callback", params=told_twice, headers=browser.headers
    )

    assert verdict(refused) == (422, "validation_failed")


async def test_a_page_of_the_settings_takes_the_answer_on_unused(browser, alpha):
    """SEC-42: 303, so that nothing that was posted goes on with it; the answer in the fragment alone."""
    answer = alpha.approve(await browser.start("alpha", return_to=RETURN_URL), Person())

    redirect = await browser.come_back("alpha", answer)

    assert redirect.status_code == 303
    page, _, fragment = redirect.headers["location"].partition("#")
    assert page == RETURN_URL
    assert dict(parse_qsl(fragment)) == answer
    assert (await browser.finish("alpha", answer)).status_code == 200


async def test_a_stranger_s_answer_is_not_passed_on_to_the_page(browser, alpha):
    """SEC-38, SEC-42."""
    attacker = Browser(browser.client)
    lure = alpha.approve(await attacker.start("alpha", return_to=RETURN_URL), Person())

    answer = await browser.come_back("alpha", lure)

    assert verdict(answer) == FAILED
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)",
        "https://app.example.org/signed-in", "https://app.example.org/signed-in?from=faregate&x=1",
        "https://app.example.org/signed-in?from=faregate#", "https://app.example.org.evil.example.com/",
        "https://app.example.org@evil.example.com/signed-in?from=faregate", "HTTPS://APP.EXAMPLE.ORG/signed-in",
        "https://app.example.org/signed-in/../?from=faregate", " https://app.example.org/signed-in?from=faregate",
        "https://app.example.org/signed-in?from=faregate\r\nSet-Cookie: a=b", "", "/",
        "http://app.example.org/signed-in?from=faregate", "https://app.example.org:443/signed-in?from=faregate",
    ],
)  # fmt: skip
async def test_any_other_page_is_refused(provider_client, url):
    """SEC-42: the open-redirect corpus."""
    answer = await provider_client.post(f"{PROVIDERS}/alpha/start", json={"return_to": url})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/return_to"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example.com", "test:1234"])
async def test_the_redirect_uri_comes_from_the_settings_whatever_host_is_named(provider_client, host):
    """SEC-10, SEC-42."""
    answer = await provider_client.post(
        f"{PROVIDERS}/alpha/start", json={}, headers={"Host": host, "X-Forwarded-Host": host}
    )

    asked = query_of(answer.json()["authorization_url"])
    assert asked["redirect_uri"] == f"http://test{PROVIDERS}/alpha/callback"


class TestLimited:
    """Where an address has one attempt a minute."""

    @pytest.fixture
    def limits(self):
        return LimitSettings(auth_per_address=1)

    async def test_attempts_are_limited_before_a_provider_is_asked(self, browser, alpha):
        """SEC-56."""
        await browser.start("alpha")

        refused = await browser.client.post(f"{PROVIDERS}/alpha/start", json={})

        assert verdict(refused) == (429, "rate_limited")
        assert verdict(await browser.finish("alpha", {"state": "x", "code": "x"})) == (429, "rate_limited")
        assert alpha.server.asked("/token") == 0
