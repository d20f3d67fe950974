"""A browser's session in cookies, where a real browser decides what is sent, from where (SEC-29).

Needs Chromium or Google Chrome; without one the tests say so and are skipped, unless
`FAREGATE_TEST_BROWSER=required`, as in the workflow.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

from tests.e2e.chromium import sign_in_by_cookie
from tests.factories.account import make_account

pytestmark = pytest.mark.long

ME = 'fetch("/api/v1/users/me").then((answer) => answer.status)'
POST = 'fetch("{path}", {{method: "POST"}}).then((answer) => answer.status)'


class Strangers(BaseHTTPRequestHandler):
    """Serves whatever page is written into the path: the worst neighbour."""

    def do_GET(self):
        page = unquote(urlsplit(self.path).query).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def stranger_port():
    """Where strangers serve their pages: as `localhost` from our own site, as `127.0.0.1` from another."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strangers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
async def signed_in(page, browser_server, world):
    """The tab, signed in by cookie."""
    account = await make_account(world)
    await page.go(f"{browser_server.url}/account/sign-up")
    assert await sign_in_by_cookie(page, account.email, account.password) == 204
    return page


async def test_the_browser_keeps_the_cookies_from_every_script(signed_in):
    """SEC-29: `__Host-` is taken for what it says, and the next request is signed in."""
    cookies = await signed_in.cookies()

    assert set(cookies) == {"__Host-faregate_access", "__Host-faregate_refresh"}
    assert {(each["secure"], each["httpOnly"], each["sameSite"]) for each in cookies.values()} == {
        (True, True, "Strict")
    }
    assert await signed_in.run("document.cookie") == ""
    assert await signed_in.run(ME) == 200
    assert signed_in.complaints == []


async def test_the_page_refreshes_and_signs_out_by_cookies_alone(signed_in):
    refreshed = await signed_in.run(POST.format(path="/api/v1/auth/refresh"))
    me = await signed_in.run(ME)
    out = await signed_in.run(POST.format(path="/api/v1/auth/logout"))

    assert (refreshed, me, out) == (204, 200, 204)
    assert await signed_in.cookies() == {}
    assert await signed_in.run(ME) == 401


FORM = """
<form method=post enctype={enctype} action={url}><input name='{{"a":"' value='"}}'></form>
<script>document.forms[0].submit()</script>
"""
FETCH = """
<script>
fetch("{url}", {{method: "POST", credentials: "include", mode: "no-cors", body: "{{}}"}})
  .finally(() => {{ document.title = "done" }})
</script>
"""
DONE = {FORM: "location.href.startsWith('{url}')", FETCH: "document.title === 'done'"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["another site", "a neighbour's port"])
@pytest.mark.parametrize(
    ("attack", "enctype"),
    [
        (FORM, "application/x-www-form-urlencoded"),
        (FORM, "multipart/form-data"),
        (FORM, "text/plain"),
        (FETCH, ""),
    ],
    ids=["form", "multipart", "text", "fetch"],
)
async def test_a_stranger_s_page_does_nothing_in_the_session_s_name(
    signed_in, browser_server, stranger_port, host, attack, enctype
):
    """SEC-29: another site's requests come bare; a neighbour's carry the cookie, and are refused."""
    target = f"{browser_server.url}/api/v1/auth/logout"
    page = attack.format(url=target, enctype=enctype).replace("\n", "")
    await signed_in.go(f"http://{host}:{stranger_port}/?{quoted(page)}")

    await signed_in.until(DONE[attack].format(url=target))

    if attack == FORM:
        expected = "unauthenticated" if host == "127.0.0.1" else "cross_site_request"
        assert expected in await signed_in.run("document.body.innerText")
    await signed_in.go(f"{browser_server.url}/account/sign-up")
    assert await signed_in.run(ME) == 200


async def test_a_stranger_signs_nobody_in_as_themselves(page, browser_server, stranger_port, world):
    """SEC-29: login CSRF: a form cannot ask for cookies, and a neighbour's script may not."""
    account = await make_account(world)
    body = f'{{"email": "{account.email}", "password": "{account.password}"}}'
    script = f"""<script>
    fetch("{browser_server.url}/api/v1/auth/login", {{method: "POST", credentials: "include", body: '{body}',
      headers: {{"Content-Type": "application/json", "X-Session-Transport": "cookie"}}}})
      .finally(() => {{ document.title = "done" }}).catch(() => null)
    </script>"""
    await page.go(f"http://localhost:{stranger_port}/?{quoted(script)}")

    await page.until("document.title === 'done'")

    assert await page.cookies() == {}
    await page.go(f"{browser_server.url}/account/sign-up")
    assert await page.cookies() == {}
    assert await page.run(ME) == 401


async def test_nobody_frames_a_page_of_ours(page, browser_server, stranger_port):
    """SEC-61: `frame-ancestors 'none'`: nobody's button lies over ours."""
    frame = f"<iframe src={browser_server.url}/account/invitation></iframe>"
    await page.go(f"http://localhost:{stranger_port}/?{quoted(frame)}")

    await page.until("document.querySelector('iframe')")

    assert any("frame-ancestors" in complaint for complaint in page.complaints)


def quoted(page):
    """A page as a query."""
    return page.replace("%", "%25").replace("#", "%23").replace("&", "%26").replace("+", "%2B")
