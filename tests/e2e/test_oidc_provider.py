"""Signing in through a provider that others wrote: npm oidc-provider, certified by the OpenID Foundation.

Needs Node.js and, the first time, npm's registry; where either is missing the test says so and is skipped,
unless `FAREGATE_TEST_NODE=required`, as in the workflow.
"""

import asyncio
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import pytest

from app.core.provider_settings import OauthSettings, OutboundSettings
from app.main import create_app
from tests.factories.account import bearer
from tests.factories.browser import PROVIDERS, Browser
from tests.factories.certificates import CertificateAuthority
from tests.factories.identity_provider import CLIENT_ID, CLIENT_SECRET

SOURCE = Path(__file__).parent / "oidc_provider"
FILES = ("package.json", "package-lock.json", "provider.mjs")
CALLBACK = f"http://test{PROVIDERS}/real/callback"
STEPS_MAX = 20


def skip_or_fail(reason):
    """Where Node is required, its absence is a failure."""
    if os.environ.get("FAREGATE_TEST_NODE") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def installed() -> Path:
    """The provider, installed from its lock file once and kept outside the repository."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        skip_or_fail("Node.js is missing: signing in through a provider that others wrote is not tested")
    digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"faregate-oidc-provider-{os.getuid()}-{digest}"
    if not folder.exists():
        install_into(folder)
    return folder


def install_into(folder):
    """Install beside, then move there: another process may do the same."""
    with tempfile.TemporaryDirectory(prefix="faregate-test-") as beside:
        made = Path(beside) / "made"
        shutil.copytree(SOURCE, made)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            skip_or_fail(f"npm oidc-provider could not be installed: {done.stderr[-300:]}")
        shutil.copytree(made, folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
async def issuer(installed, authority):
    """The issuer of the running provider."""
    certificate, key = authority.certificate("localhost")
    command = ["node", "provider.mjs", certificate, key, CLIENT_ID, CLIENT_SECRET, CALLBACK]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=installed,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        yield json.loads(line)["issuer"]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
async def client(settings, authority, issuer):
    """A client of the application that knows the provider."""
    provider = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "trusted_for_email": True,
    }
    changed = settings.model_copy(
        update={
            "oauth": OauthSettings(providers={"real": provider}),
            "outbound": OutboundSettings(allowed_networks=["127.0.0.0/8"], ca_file=authority.file),
        }
    )
    app = create_app(changed)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            yield http


@pytest.fixture
async def away(authority):
    """The same browser, where it is away: at the provider, with the provider's cookies."""
    async with httpx2.AsyncClient(verify=authority.client_context()) as http:
        yield http


async def sign_in_at_provider(away, url, email):
    """Fill in the provider's forms until it sends the browser back; what it sends along."""
    answer = await away.get(url)
    for _ in range(STEPS_MAX):
        location = answer.headers.get("location")
        if location is not None and location.startswith(CALLBACK):
            return dict(parse_qsl(urlsplit(location).query))
        if location is not None:
            answer = await away.get(urljoin(str(answer.url), location))
        else:
            answer = await submit_form(away, answer, email)
    raise AssertionError(answer.text)


async def submit_form(away, page, email):
    """Send the page's form with the person's name and any password."""
    action = unescape(re.search(r'<form[^>]+action="([^"]+)"', page.text)[1])
    fields = dict(re.findall(r'<input[^>]+type="hidden"[^>]+name="([^"]+)"[^>]+value="([^"]*)"', page.text))
    if 'name="login"' in page.text:
        fields |= {"login": email, "password": "any"}
    return await away.post(urljoin(str(page.url), action), data=fields)


async def test_people_sign_up_and_sign_in_through_a_provider_that_others_wrote(client, away, issuer):
    """SEC-38, SEC-39: discovery, PKCE, nonce, RFC 9207, RS256 and user info, as somebody else reads them."""
    email = f"person-{secrets.token_hex(8)}@example.org"
    browser = Browser(client)
    url = await browser.start("real")
    brought_back = await sign_in_at_provider(away, url, email)

    first = await browser.come_back("real", brought_back)

    assert first.status_code == 200, first.text
    me = (await client.get("/api/v1/users/me", headers=bearer(first.json()))).json()
    assert me["email"] == email
    assert brought_back["iss"] == issuer
    again = await browser.finish("real", await sign_in_at_provider(away, await browser.start("real"), email))
    assert (await client.get("/api/v1/users/me", headers=bearer(again.json()))).json()["id"] == me["id"]


async def test_the_provider_s_code_is_worth_nothing_in_another_browser(client, away):
    """SEC-38."""
    attacker, victim = Browser(client), Browser(client)
    await victim.start("real")
    lure = await sign_in_at_provider(away, await attacker.start("real"), "attacker@example.org")

    answer = await victim.come_back("real", lure)

    assert answer.status_code == 401


async def test_somebody_who_refuses_at_the_provider_is_not_signed_in(client, away, issuer):
    browser = Browser(client)
    page = await away.get(await browser.start("real"))
    page = await away.get(urljoin(issuer, page.headers["location"]))
    abort = re.search(r'href="([^"]+/abort)"', page.text)[1]
    answer = await away.get(urljoin(issuer, abort))
    while not answer.headers["location"].startswith(CALLBACK):
        answer = await away.get(urljoin(issuer, answer.headers["location"]))
    brought_back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    refused = await browser.come_back("real", brought_back)

    assert brought_back["error"] == "access_denied"
    assert refused.json()["code"] == "provider_sign_in_failed"


async def test_a_silent_sign_in_is_not_fresh_and_a_step_up_makes_the_provider_ask(client, away):
    """SEC-12: OpenID Connect Core 1.0, sections 3.1.2.1 and 3.1.3.7, as somebody else reads them."""
    email, browser = f"person-{secrets.token_hex(8)}@example.org", Browser(client)
    await browser.finish("real", await sign_in_at_provider(away, await browser.start("real"), email))
    silent = await browser.finish("real", await known_at_provider(away, await browser.start("real")))
    headers = bearer(silent.json())
    refused = await client.post("/api/v1/api-keys", json={"name": "x"}, headers=headers)
    url = await browser.start("real", headers=headers, kind="reauthenticate")
    stripped = re.sub("&(prompt|max_age)=[a-z0-9]+", "", url)
    tricked = await browser.finish("real", await known_at_provider(away, stripped))
    url = await browser.start("real", headers=headers, kind="reauthenticate")

    fresh = await browser.finish("real", await sign_in_at_provider(away, url, email))

    assert refused.json()["code"] == "reauthentication_required"
    assert (tricked.status_code, tricked.json()["code"]) == (401, "provider_sign_in_failed")
    assert fresh.status_code == 200, fresh.text
    made = await client.post("/api/v1/api-keys", json={"name": "x"}, headers=bearer(fresh.json()))
    assert made.status_code == 201


async def known_at_provider(away, url):
    """Come back from a provider that knows who sits there, and asks nothing."""
    answer = await away.get(url)
    for _ in range(STEPS_MAX):
        location = answer.headers["location"]
        if location.startswith(CALLBACK):
            return dict(parse_qsl(urlsplit(location).query))
        answer = await away.get(urljoin(str(answer.url), location))
    raise AssertionError(answer.text)
