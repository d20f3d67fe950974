"""What a hostile or broken provider may say, and what is believed of it: nothing."""

import asyncio

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.factories.browser import Browser
from tests.factories.https_server import raw, says, sends
from tests.factories.identity_provider import CLIENT_ID, FromNow, Person, new_key

FAILED = (401, "provider_sign_in_failed")
UNAVAILABLE = (503, "provider_unavailable")


def browser_of(browser):
    """Another browser."""
    return Browser(browser.client)


def verdict(answer):
    return answer.status_code, answer.json().get("code")


async def test_the_right_token_signs_in_so_refusals_mean_something(browser, alpha):
    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"}, {"iss": None}, {"iss": ["{issuer}"]}, {"iss": "{issuer}/"},
        {"iss": "{ISSUER}"},
        {"aud": "another-client"}, {"aud": None}, {"aud": []}, {"aud": ["another-client"]},
        {"aud": [CLIENT_ID, "another-client"]}, {"aud": CLIENT_ID.upper()}, {"aud": {CLIENT_ID: 1}},
        {"azp": "another-client"}, {"azp": 1}, {"azp": ""},
        {"nonce": None}, {"nonce": "another"}, {"nonce": ""}, {"nonce": 1}, {"nonce": ["x"]},
        {"exp": FromNow(-1)}, {"exp": None}, {"exp": "4102444800"}, {"exp": True},
        {"exp": float("inf")}, {"exp": float("nan")},
        {"iat": FromNow(3_600)}, {"iat": FromNow(-3_600)}, {"iat": None}, {"iat": "now"},
        {"nbf": FromNow(3_600)}, {"nbf": "now"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"at_hash": ""}, {"at_hash": 1},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "s" * 256}, {"sub": ["x"]},
    ],
    ids=str,
)  # fmt: skip
async def test_an_id_token_that_says_anything_wrong_is_refused(browser, alpha, claims):
    """SEC-39."""
    if isinstance(claims.get("iss"), str):
        claims = {"iss": claims["iss"].format(issuer=alpha.issuer, ISSUER=alpha.issuer.upper())}
    alpha.claims = claims

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


@pytest.mark.parametrize(
    "claims", [{"at_hash": None}, {"azp": CLIENT_ID}, {"aud": [CLIENT_ID]}, {"nbf": FromNow(-9)}]
)
async def test_what_is_optional_may_be_left_out_or_said_another_right_way(browser, alpha, claims):
    alpha.claims = claims

    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"}, {"alg": "None"}, {"alg": "NONE"}, {"alg": "nOnE"}, {"alg": ""}, {"alg": "es256"},
        {"alg": "RS256"}, {"alg": "ES384"}, {"alg": "HS256"},
        {"kid": "another"}, {"kid": 7}, {"kid": "../../etc/passwd"}, {"kid": "k" * 10_000},
        {"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}, {"typ": "at+jwt"}, {"typ": "logout+jwt"},
        {"cty": {"a": 1}},
    ],
    ids=lambda header: str(header)[:40],
)  # fmt: skip
async def test_an_id_token_under_any_other_header_is_refused(browser, alpha, header):
    """SEC-39."""
    alpha.header = header

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_client_s_own_secret_is_no_signing_key(browser, alpha):
    """SEC-39: HS256, by the secret that both know."""
    alpha.header = {"alg": "HS256"}
    alpha.signing_key = OctKey.import_key("a secret: with & signs, long enough for HS256")

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_public_key_is_no_shared_secret(browser, alpha):
    """SEC-39: algorithm confusion."""
    alpha.header = {"alg": "HS256"}
    alpha.signing_key = OctKey.import_key(alpha.key.as_pem(private=False).hex())

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_foreign_key_under_the_right_name_is_refused(browser, alpha):
    """SEC-39."""
    alpha.signing_key = new_key()

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_key_that_the_token_carries_itself_is_never_used(browser, alpha):
    """SEC-39: jwk, jku and x5u in the header."""
    own = new_key("own")
    alpha.signing_key = own
    alpha.header = {"kid": "own", "jwk": own.as_dict(private=False), "jku": f"{alpha.issuer}/own"}

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED
    assert alpha.server.asked("/own") == 0


async def test_keys_of_another_issuer_do_not_count(browser, alpha, beta):
    """SEC-39: mix-up. Beta signs what alpha says."""
    alpha.signing_key = beta.key
    alpha.header = {"kid": beta.key.kid}

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_token_made_for_another_provider_is_refused(browser, alpha, beta):
    """SEC-39: mix-up. Alpha passes on what beta has said of a victim to the same client."""
    victim = Person()
    answer = alpha.approve(await browser.start("alpha"), Person())
    grant = alpha.grants[answer["code"]]
    grant.person = victim
    alpha.answer = {"id_token": beta.id_token(grant, "x"), "access_token": "x"}

    assert verdict(await browser.finish("alpha", answer)) == FAILED


@pytest.mark.parametrize("issuer", ["https://evil.example.com", "alpha", None])
async def test_the_answer_must_name_the_provider_that_was_asked(browser, alpha, issuer):
    """SEC-39: RFC 9207. Alpha says that it always names itself."""
    answer = alpha.approve(await browser.start("alpha"), Person()) | {"iss": issuer}
    answer = {name: value for name, value in answer.items() if value is not None}

    assert verdict(await browser.finish("alpha", answer)) == FAILED
    assert alpha.server.asked("/token") == 0


async def test_a_provider_that_never_names_itself_need_not(browser, alpha):
    alpha.metadata = {"authorization_response_iss_parameter_supported": None}
    answer = alpha.approve(await browser.start("alpha"), Person())
    del answer["iss"]

    assert (await browser.finish("alpha", answer)).status_code == 200


async def test_a_name_is_checked_even_if_nobody_promised_one(browser, alpha):
    """SEC-39: RFC 9207, section 2.4."""
    alpha.metadata = {"authorization_response_iss_parameter_supported": None}
    answer = alpha.approve(await browser.start("alpha"), Person())

    assert verdict(await browser.finish("alpha", answer | {"iss": "https://evil.example.com"})) == FAILED


async def test_a_code_of_another_attempt_is_worth_nothing(browser, alpha):
    """SEC-38: PKCE. The code was made for another verifier."""
    injected = alpha.approve(await browser.start("alpha"), Person())["code"]
    answer = alpha.approve(await browser.start("alpha"), Person())

    assert verdict(await browser.finish("alpha", answer | {"code": injected})) == FAILED


@pytest.mark.parametrize(
    "answer",
    [
        {"id_token": None}, {"id_token": 7}, {"id_token": ""}, {"id_token": "a.b.c"},
        {"id_token": "x" * 100_000}, {"id_token": "\u00e9.e30.e30"},
        {"id_token": "e30.e30.e30"}, {"access_token": None}, {"access_token": 7},
    ],
    ids=lambda answer: str(answer)[:30],
)  # fmt: skip
async def test_tokens_that_are_missing_or_none_are_refused(browser, alpha, answer):
    """SEC-39."""
    alpha.answer = answer

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


@pytest.mark.parametrize(
    "answer",
    [
        raw(200, b"<html>"), raw(200, b"[" * 100_000), raw(302, Location="https://127.0.0.1/"), raw(500),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 600_000, b"", raw(200, b"{}", Content_Encoding="gzip"),
    ],
    ids=["html", "deep", "redirect", "500", "endless", "nothing", "compressed"],
)  # fmt: skip
async def test_a_provider_that_talks_nonsense_is_unavailable(browser, alpha, answer):
    """SEC-44."""
    alpha.server.answers["/token"] = sends(answer)

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == UNAVAILABLE


@pytest.mark.parametrize("said", [[], None, "x", {}, {"error": "invalid_grant"}, {"access_token": []}])
async def test_a_token_endpoint_without_tokens_proves_nobody(browser, alpha, said):
    alpha.server.answers["/token"] = says(said)

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example.com"}, {"issuer": None}, {"issuer": 7}, {"token_endpoint": None},
        {"jwks_uri": None}, {"authorization_endpoint": "http://alpha.example.org/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": None},
        {"authorization_endpoint": "https://user@alpha.example.org/"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_provider_that_describes_itself_wrongly_is_unavailable(browser, alpha, metadata):
    """SEC-39, SEC-44."""
    alpha.metadata = metadata

    answer = await browser.client.post("/api/v1/auth/providers/alpha/start", json={})

    assert verdict(answer) == UNAVAILABLE
    assert answer.headers["retry-after"] == "10"


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest", "http://localhost:1/", "https://10.0.0.1/"]
)
async def test_a_provider_cannot_send_us_inside(browser, alpha, endpoint, url):
    """SEC-44: the URLs that a discovery document names are judged like any other."""
    alpha.metadata = {endpoint: url}

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == UNAVAILABLE


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "k": "AAAA", "kid": "first"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "first"},
        {"kty": "EC", "crv": "P-384", "kid": "first"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "first"},
        {"kid": "first"},
        {},
        "key",
        None,
    ],
    ids=str,
)
async def test_a_provider_without_a_usable_key_is_unavailable(browser, alpha, key):
    """SEC-39."""
    alpha.published = [key]

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == UNAVAILABLE


async def test_keys_that_are_private_weak_or_for_something_else_do_not_count(browser, alpha):
    """SEC-39."""
    private = alpha.key.as_dict(private=True)
    encrypting = alpha.key.as_dict(private=False) | {"use": "enc"}
    alpha.published = [private, encrypting, new_key("other").as_dict(private=False)]

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_rsa_keys_are_as_good(browser, alpha):
    alpha.key = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    alpha.header = {"alg": "RS256"}

    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


async def test_a_provider_with_one_key_need_not_name_it(browser, alpha):
    alpha.header = {"kid": None}

    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


async def test_a_provider_with_two_keys_must_name_the_right_one(browser, alpha):
    alpha.published = [alpha.key.as_dict(private=False), new_key("other").as_dict(private=False)]
    alpha.header = {"kid": None}

    assert verdict(await browser.sign_in("alpha", alpha, Person())) == FAILED


async def test_a_new_key_of_the_provider_is_fetched_when_it_is_first_named(browser, alpha, alpha_clock):
    """SEC-44."""
    await browser.sign_in("alpha", alpha, Person())
    alpha.key = new_key("second")
    alpha_clock.pass_seconds(61)

    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


async def test_a_flood_of_unknown_keys_asks_the_provider_once(browser, alpha):
    """SEC-44: at most once a minute."""
    await browser.sign_in("alpha", alpha, Person())
    alpha.header = {"kid": "unknown"}

    answers = await asyncio.gather(
        *(browser_of(browser).sign_in("alpha", alpha, Person()) for _ in range(20))
    )

    assert {verdict(answer) for answer in answers} == {FAILED}
    assert alpha.server.asked("/jwks") <= 2


async def test_old_keys_are_kept_when_new_ones_cannot_be_had(browser, alpha, alpha_clock):
    """SEC-44."""
    await browser.sign_in("alpha", alpha, Person())
    alpha.server.answers["/jwks"] = sends(raw(500, b"broken"))
    alpha.server.answers["/.well-known/openid-configuration"] = sends(raw(500, b"broken"))
    alpha_clock.pass_seconds(3_601)

    assert (await browser.sign_in("alpha", alpha, Person())).status_code == 200


async def test_a_slow_provider_holds_up_nobody_else(browser, alpha, beta, provider_world):
    """SEC-44: no connection to the database is held while a provider is asked."""
    caller = await provider_world.caller()
    gate = asyncio.Event()

    async def hang(_request, _writer):
        await gate.wait()

    alpha.server.answers["/token"] = hang
    waiting = [asyncio.create_task(browser_of(browser).sign_in("alpha", alpha, Person())) for _ in range(40)]
    while alpha.server.asked("/token") < 40:
        await asyncio.sleep(0.01)

    answer = await browser.client.get("/api/v1/plans", headers=caller.headers)

    assert answer.status_code == 200
    gate.set()
    assert {verdict(each) for each in await asyncio.gather(*waiting)} == {UNAVAILABLE}
