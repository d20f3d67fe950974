"""A provider lets in silently whom it knows: a session is as fresh as its proof, and no fresher (SEC-12)."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.adapters.github_provider import GithubProvider
from app.adapters.oidc_provider import OidcProvider
from app.core.provider_settings import ProviderKind, ProviderSettings
from tests.factories.account import bearer, make_account
from tests.factories.factors import MFA, enrol_totp
from tests.factories.https_server import says
from tests.factories.identity_provider import FromNow, Person

KEYS = "/api/v1/api-keys"
ME = "/api/v1/users/me"
REAUTHENTICATE = "/api/v1/auth/providers/{}/reauthenticate"


async def is_fresh(browser, answer):
    """Whether a route that demands a fresh proof lets this session pass."""
    assert answer.status_code == 200, answer.text
    made = await browser.client.post(KEYS, json={"name": "x"}, headers=bearer(answer.json()))
    assert made.status_code in {201, 403}
    return made.status_code == 201


TABLE = [
    (FromNow(0), 200, True),
    (FromNow(-590), 200, True),
    (FromNow(50), 200, True),
    (FromNow(-660), 200, False),
    (FromNow(-86_400), 200, False),
    (None, 200, False),
    (0, 200, False),
    (FromNow(3600), 401, False),
    ("1700000000", 401, False),
    (True, 401, False),
    (-1, 401, False),
    ([1], 401, False),
    ({"at": 1}, 401, False),
]
"""What the ID token says -> whether it signs somebody in, and whether their session is fresh."""


async def test_a_session_is_as_fresh_as_the_provider_s_own_proof(browser, alpha):
    """SEC-12, SEC-39: also of somebody who is seen for the first time. A time that cannot be is refused."""
    outcomes = []

    for auth_time, _, _ in TABLE:
        alpha.claims = {"auth_time": auth_time}
        answer = await browser.sign_in("alpha", alpha, Person())
        fresh = answer.status_code == 200 and await is_fresh(browser, answer)
        outcomes.append((auth_time, answer.status_code, fresh))

    assert outcomes == TABLE


@pytest.fixture
async def person(browser, alpha):
    """Somebody who signs in through alpha, which asked them long ago."""
    alpha.asked_seconds_ago = 3600
    return Person()


@pytest.fixture
async def tokens(browser, alpha, person):
    """Their session, which is not fresh."""
    answer = await browser.sign_in("alpha", alpha, person)
    assert not await is_fresh(browser, answer)
    return answer.json()


async def test_a_sign_in_asks_for_nothing_and_a_step_up_asks_the_provider_to_ask(browser, tokens):
    """OpenID Connect Core 1.0, section 3.1.2.1."""
    asked = [
        dict(parse_qsl(urlsplit(url).query))
        for url in (
            await browser.start("alpha"),
            await browser.start("alpha", headers=bearer(tokens), kind="reauthenticate"),
        )
    ]

    assert [(each.get("prompt"), each.get("max_age")) for each in asked] == [(None, None), ("login", "0")]


async def test_who_proves_anew_to_the_provider_has_a_fresh_session_in_place_of_the_old(
    browser, alpha, person, tokens
):
    """SEC-12, SEC-24."""
    before = (await browser.client.get(ME, headers=bearer(tokens))).json()

    answer = await browser.sign_in("alpha", alpha, person, headers=bearer(tokens), kind="reauthenticate")

    assert await is_fresh(browser, answer)
    after = (await browser.client.get(ME, headers=bearer(answer.json()))).json()
    assert after["id"] == before["id"]
    assert (await browser.client.get(ME, headers=bearer(tokens))).status_code == 401


async def test_a_provider_that_has_not_asked_anew_makes_nothing_fresh(browser, alpha, person, tokens):
    """SEC-12, SEC-39: it was told to, and must say that it has. The session stays what it was."""
    for auth_time in (None, FromNow(-120), FromNow(-3600), FromNow(3600), 0, "0", True):
        alpha.claims = {"auth_time": auth_time}
        answer = await browser.sign_in("alpha", alpha, person, headers=bearer(tokens), kind="reauthenticate")
        assert (answer.status_code, answer.json()["code"]) == (401, "provider_sign_in_failed"), auth_time

    assert (await browser.client.get(ME, headers=bearer(tokens))).status_code == 200


async def test_the_user_info_endpoint_proves_nobody_fresh(browser, alpha, person, tokens):
    """Its answer is not signed, and about no sign-in."""
    alpha.claims = {"auth_time": None, "email": None}
    alpha.metadata = {"userinfo_endpoint": f"{alpha.issuer}/userinfo"}
    alpha.server.answers["/userinfo"] = says(
        {"sub": person.sub, "email": person.email, "auth_time": 4_000_000_000}
    )

    answer = await browser.sign_in("alpha", alpha, person, headers=bearer(tokens), kind="reauthenticate")

    assert answer.status_code == 401


async def test_somebody_else_at_the_provider_makes_nobody_s_session_fresh(browser, alpha, tokens):
    """SEC-40: neither a stranger, nor another user who is known there."""
    known = Person()
    await browser.sign_in("alpha", alpha, known)

    answers = [
        await browser.sign_in("alpha", alpha, other, headers=bearer(tokens), kind="reauthenticate")
        for other in (Person(), known)
    ]

    assert [answer.json()["code"] for answer in answers] == ["provider_sign_in_failed"] * 2


async def test_an_attempt_to_sign_in_does_not_stand_in_for_one_to_be_fresh(browser, alpha, person, tokens):
    """Whoever strips `prompt` and `max_age` from the address gains nothing."""
    url = await browser.start("alpha", headers=bearer(tokens), kind="reauthenticate")
    stripped = url.replace("prompt=login", "prompt=none").replace("max_age=0", "max_age=86400")

    answer = await browser.finish("alpha", alpha.approve(stripped, person))

    assert answer.status_code == 401


async def test_a_session_that_has_ended_is_not_replaced(browser, alpha, person, tokens):
    url = await browser.start("alpha", headers=bearer(tokens), kind="reauthenticate")
    await browser.client.post("/api/v1/auth/logout", headers=bearer(tokens))

    answer = await browser.finish("alpha", alpha.approve(url, person))

    assert (answer.status_code, answer.json()["code"]) == (401, "provider_sign_in_failed")


@pytest.mark.parametrize("kind", ["start", "reauthenticate"])
async def test_a_second_factor_is_asked_for_and_is_itself_a_proof_of_now(
    browser, provider_world, provider_app, alpha, kind
):
    """SEC-34."""
    account = await make_account(provider_world)
    enrolled = await enrol_totp(browser.client, provider_app.state.resources, account)
    person = Person(email=account.email)
    alpha.asked_seconds_ago = 3600
    await browser.sign_in("alpha", alpha, person)
    start = {} if kind == "start" else {"headers": enrolled.headers, "kind": kind}

    first = await browser.sign_in("alpha", alpha, person, **start)
    body = {"mfa_token": first.json()["mfa_token"], "code": enrolled.code()}
    answer = await browser.client.post(f"{MFA}/totp", json=body)

    assert first.status_code == 202
    assert await is_fresh(browser, answer)


@pytest.mark.parametrize("kind", [ProviderKind.GITHUB, ProviderKind.GOOGLE])
async def test_a_provider_that_cannot_ask_again_is_no_step_up(browser, provider_app, tokens, kind):
    """SEC-12: GitHub proves nothing of the kind, and Google refuses to ask."""
    resources = provider_app.state.resources
    settings = ProviderSettings(kind=kind, client_id="x")
    resources.identity_providers["beta"] = (
        GithubProvider(settings, resources.outbound)
        if kind is ProviderKind.GITHUB
        else OidcProvider(settings, resources.outbound, clock=resources.clock)
    )

    answer = await browser.client.post(REAUTHENTICATE.format("beta"), json={}, headers=bearer(tokens))

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
