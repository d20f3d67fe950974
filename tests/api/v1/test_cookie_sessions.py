"""Sessions in cookies: protected by the browser, and by proof that a page of ours asks (SEC-29)."""

from http.cookies import SimpleCookie

import pytest

from tests.api.operations import ABSENT_ID
from tests.architecture.test_access import ACCESS, AnyId
from tests.factories.account import PASSWORD, bearer, make_account

LOGIN = "/api/v1/auth/login"
LOGOUT = "/api/v1/auth/logout"
REFRESH = "/api/v1/auth/refresh"
REAUTHENTICATE = "/api/v1/auth/reauthenticate"
SESSIONS = "/api/v1/auth/sessions"
ME = "/api/v1/users/me"
ACCESS_COOKIE = "__Host-faregate_access"
REFRESH_COOKIE = "__Host-faregate_refresh"

OURS = {"Origin": "http://test", "Sec-Fetch-Site": "same-origin"}
PROOFS = [OURS, {"Origin": "http://test"}, {"Sec-Fetch-Site": "same-origin"}]
NO_PROOFS = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "null"},
    {"Origin": "https://test"},
    {"Origin": "http://test.evil.example"},
    {"Origin": "http://test:8080"},
    {"Origin": "http://test/"},
    {"Origin": "HTTP://TEST"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://test", "Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
    {"X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"},
    {"Referer": "http://test/"},
]
TWO_ORIGINS = [("Origin", "http://test"), ("Origin", "https://evil.example")]


def cookies_of(answer) -> dict[str, str]:
    """The cookies that an answer sets, by name."""
    jar = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        jar.load(header)
    return {name: morsel.value for name, morsel in jar.items()}


def sending(cookies: dict[str, str], *names: str) -> dict[str, str]:
    """The header with which a browser sends them back."""
    return {"Cookie": "; ".join(f"{name}={cookies[name]}" for name in names or cookies)}


@pytest.fixture
async def account(world):
    return await make_account(world)


@pytest.fixture
async def cookie(world):
    """The cookie of a session that nobody had to sign in for."""
    caller = await world.caller()
    return {"Cookie": f"{ACCESS_COOKIE}={caller.credential}"}


@pytest.fixture
async def cookies(client, account):
    """Signed in as a browser is."""
    answer = await sign_in(client, account)
    client.cookies.clear()
    assert answer.status_code == 204, answer.text
    return cookies_of(answer)


async def sign_in(client, account, proof=OURS, **headers):
    body = {"email": account.email, "password": PASSWORD}
    return await client.post(LOGIN, json=body, headers={"X-Session-Transport": "cookie", **proof, **headers})


async def test_signing_in_sets_cookies_that_no_script_and_no_neighbour_gets(client, account):
    """SEC-29: header assert."""
    answer = await sign_in(client, account)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    headers = answer.headers.get_list("set-cookie")
    assert [header.partition("=")[0] for header in headers] == [ACCESS_COOKIE, REFRESH_COOKIE]
    for header, seconds in zip(headers, (600, 14 * 86_400), strict=True):
        attributes = {part.strip().lower() for part in header.split(";")[1:]}
        max_age = next(part for part in attributes if part.startswith("max-age="))
        assert attributes - {max_age} == {"path=/", "secure", "httponly", "samesite=strict"}
        assert seconds - 5 <= int(max_age.removeprefix("max-age=")) <= seconds


async def test_who_does_not_ask_for_cookies_gets_none(client, account):
    tokens = await client.post(LOGIN, json={"email": account.email, "password": PASSWORD}, headers=OURS)

    assert tokens.status_code == 200
    assert "set-cookie" not in tokens.headers


async def test_a_cookie_opens_what_an_access_token_opens(client, account, cookies):
    answer = await client.get(ME, headers=sending(cookies))

    assert answer.json()["id"] == str(account.user.id)


async def test_the_lane_and_the_road_answer_a_cookie_alike(client, cookie):
    lane = await client.get(ME, headers=cookie)
    road = await client.get(ME, headers={**cookie, "If-None-Match": '"0"'})

    assert (lane.status_code, lane.json(), lane.headers["ETag"]) == (
        road.status_code, road.json(), road.headers["ETag"],
    )  # fmt: skip


@pytest.mark.parametrize("proof", PROOFS)
async def test_a_page_of_ours_may_change_something(client, cookie, proof):
    answer = await client.patch(ME, json={"full_name": "Ada"}, headers={**cookie, **proof})

    assert (answer.status_code, answer.json()["full_name"]) == (200, "Ada")


@pytest.mark.parametrize("proof", NO_PROOFS)
async def test_nobody_else_may(client, cookie, proof):
    """SEC-29: cross-site matrix."""
    answer = await client.patch(ME, json={"full_name": "Mallory"}, headers={**cookie, **proof})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    assert (await client.get(ME, headers=cookie)).json()["full_name"] is None


async def test_two_origins_are_none(client, cookie):
    headers = [("Cookie", cookie["Cookie"]), *TWO_ORIGINS]

    answer = await client.patch(ME, json={"full_name": "Mallory"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")


UNSAFE = [
    route
    for route, demands in ACCESS.items()
    if not demands.startswith("public") and not route.startswith("GET ")
]


BODIES = {
    "application/json": b"{}",
    "text/plain": b'{"name": "x"}',
    "application/x-www-form-urlencoded": b"token=x",
    "multipart/form-data; boundary=x": b"--x--\r\n",
}
"""Of these the last three can be sent by a form of another site, which no preflight holds up."""


@pytest.mark.parametrize("route", UNSAFE)
async def test_no_route_that_changes_something_takes_a_cookie_alone(client, cookie, route):
    """SEC-29: every unsafe method."""
    method, path = route.split()

    for media_type, body in BODIES.items():
        headers = {**cookie, "Content-Type": media_type, "Origin": "https://evil.example"}
        answer = await client.request(method, path.format_map(AnyId()), content=body, headers=headers)

        assert answer.status_code in {403, 415}, media_type
        assert answer.json()["code"] in {"cross_site_request", "unsupported_media_type"}, media_type
    assert (await client.get(ME, headers=cookie)).status_code == 200


@pytest.mark.parametrize("proof", NO_PROOFS)
async def test_no_other_site_signs_a_browser_in(client, account, proof):
    """SEC-29: login CSRF."""
    answer = await sign_in(client, account, proof)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_form_of_another_site_signs_nobody_in(client, account, media_type):
    """SEC-29: such a form cannot ask for cookies either, because it sends no header of its own."""
    body = f'{{"email": "{account.email}", "password": "{PASSWORD}"}}'

    answer = await client.post(LOGIN, content=body, headers={"Content-Type": media_type})

    assert answer.status_code == 415
    assert "set-cookie" not in answer.headers


async def test_a_refresh_by_cookie_needs_no_body_and_shows_no_token(client, cookies):
    answer = await client.post(REFRESH, headers={**sending(cookies), **OURS})

    assert (answer.status_code, answer.content) == (204, b"")
    renewed = cookies_of(answer)
    assert renewed[REFRESH_COOKIE] != cookies[REFRESH_COOKIE]
    assert (await client.get(ME, headers=sending(renewed))).status_code == 200


@pytest.mark.parametrize("proof", NO_PROOFS)
async def test_no_other_site_refreshes(client, cookies, proof):
    answer = await client.post(REFRESH, headers={**sending(cookies), **proof})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    assert (await client.post(REFRESH, headers={**sending(cookies), **OURS})).status_code == 204


async def test_a_refresh_token_in_the_body_is_answered_in_the_body_whatever_the_cookies(client, cookies):
    body = {"refresh_token": cookies[REFRESH_COOKIE]}

    answer = await client.post(REFRESH, json=body, headers=sending(cookies))

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_a_refused_refresh_lets_the_browser_forget(client, cookies):
    wrong = {**cookies, REFRESH_COOKIE: "fgr_" + "A" * 43}

    answer = await client.post(REFRESH, headers={**sending(wrong), **OURS})

    assert answer.status_code == 401
    assert cookies_of(answer) == {ACCESS_COOKIE: "", REFRESH_COOKIE: ""}


async def test_a_refresh_with_nothing_is_refused(client):
    answer = await client.post(REFRESH)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), [("POST", LOGOUT), ("DELETE", SESSIONS)])
async def test_signing_out_lets_the_browser_forget(client, cookies, method, path):
    answer = await client.request(method, path, headers={**sending(cookies), **OURS})

    assert answer.status_code == 204
    assert cookies_of(answer) == {ACCESS_COOKIE: "", REFRESH_COOKIE: ""}
    for header in answer.headers.get_list("set-cookie"):
        assert "Max-Age=0" in header
        assert "Secure" in header
        assert "Path=/" in header
    assert (await client.get(ME, headers=sending(cookies))).status_code == 401


async def test_signing_out_with_a_header_touches_no_cookie(client, account):
    tokens = await account.login(client)

    answer = await client.post(LOGOUT, headers=bearer(tokens))

    assert "set-cookie" not in answer.headers


async def test_a_step_up_by_cookie_brings_new_cookies(client, cookies):
    """SEC-24."""
    answer = await client.post(
        REAUTHENTICATE, json={"password": PASSWORD}, headers={**sending(cookies), **OURS}
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(ME, headers=sending(cookies))).status_code == 401
    assert (await client.get(ME, headers=sending(cookies_of(answer)))).status_code == 200


async def test_a_header_is_the_credential_and_its_failure_does_not_fall_through(client, world, cookies):
    other = await world.caller()

    as_other = await client.get(ME, headers={**sending(cookies), **other.headers})
    refused = [
        await client.get(ME, headers={**sending(cookies), **header})
        for header in ({"Authorization": "Bearer x"}, {"Authorization": ""}, {"X-API-Key": ""})
    ]

    assert as_other.json()["id"] == str(other.user_id)
    assert [answer.status_code for answer in refused] == [401] * 3


async def test_only_an_access_token_is_a_session_cookie(client, world, account, cookies):
    """SEC-19."""
    key = await world.api_key(account.organization)
    texts = ["", "x", key.api_key, cookies[REFRESH_COOKIE], f'"{cookies[ACCESS_COOKIE]}"']

    answers = [await client.get(ME, headers={"Cookie": f"{ACCESS_COOKIE}={text}"}) for text in texts]

    assert [answer.status_code for answer in answers] == [401] * len(texts)


async def test_two_cookies_of_one_name_are_refused(client, cookies):
    """A neighbour that could plant a second one must not decide which is read."""
    one = f"{ACCESS_COOKIE}={cookies[ACCESS_COOKIE]}"

    together = await client.get(ME, headers={"Cookie": f"{one}; {ACCESS_COOKIE}=x"})
    apart = await client.get(ME, headers=[("Cookie", one), ("Cookie", one)])

    assert (together.status_code, apart.status_code) == (401, 401)


async def test_cookies_of_others_do_not_matter(client, cookies):
    crowd = f"theme=dark; {sending(cookies, ACCESS_COOKIE)['Cookie']}; faregate_access=x; x{ACCESS_COOKIE}=y"

    assert (await client.get(ME, headers={"Cookie": crowd})).status_code == 200


async def test_an_unknown_transport_is_refused(client, account):
    body = {"email": account.email, "password": PASSWORD}

    answer = await client.post(LOGIN, json=body, headers={"X-Session-Transport": "pigeon", **OURS})

    assert answer.status_code == 422


async def test_the_gate_takes_the_cookie_of_an_operator_only_from_our_pages(client, world, resources):
    operator = await world.user(is_operator=True)
    organization = await world.organization(owner=operator)
    caller = await world.session_caller(operator, organization)
    cookie = {"Cookie": f"{ACCESS_COOKIE}={caller.credential}"}

    elsewhere = await client.post("/api/v1/verify", json={"key": ABSENT_ID}, headers=cookie)
    ours = await client.post("/api/v1/verify", json={"key": ABSENT_ID}, headers={**cookie, **OURS})

    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "cross_site_request")
    assert (ours.status_code, ours.json()["code"]) == (200, "NOT_FOUND")
