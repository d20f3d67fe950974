"""The pages behind mailed links in a real browser, under their own policy, with nothing in its console.

Needs Chromium or Google Chrome; without one the tests say so and are skipped, unless
`FAREGATE_TEST_BROWSER=required`, as in the workflow.
"""

import httpx2
import pytest

from tests.e2e.chromium import sign_in_by_cookie
from tests.factories.account import bearer

pytestmark = pytest.mark.long

PASSWORD = "seven bright kites over the harbour"


async def link_to(outbox, email):
    """The link of the newest mail to this address."""
    return (await outbox.jobs_to(email))[-1].links["link"]


async def sign_in(browser_server, email, password):
    """What a sign-in answers."""
    async with httpx2.AsyncClient(base_url=browser_server.url) as http:
        return await http.post("/api/v1/auth/login", json={"email": email, "password": password})


async def signed_up(page, browser_server, outbox, email):
    """Sign up as people do."""
    await page.go(f"{browser_server.url}/account/sign-up")
    await page.type("#email", email)
    await page.press("form:not([hidden]) button")
    await page.until_shown("#code")
    await page.go(await link_to(outbox, email))
    await page.until_shown("#password")
    await page.type("#password", PASSWORD)
    await page.press("form[data-when=token] button")
    await page.until_shown("[role=status][data-when=done]")


async def test_a_person_signs_up_by_the_mailed_link(page, browser_server, outbox, email):
    """SEC-09, SEC-61: and the token does not stay in the address bar or the history."""
    await page.go(f"{browser_server.url}/account/sign-up")
    await page.type("#email", email)
    await page.press("form:not([hidden]) button")
    await page.until_shown("#code")
    link = await link_to(outbox, email)
    await page.go(link)
    address = await page.run("location.href")
    await page.type("#password", PASSWORD)
    await page.press("form[data-when=token] button")

    await page.until_shown("[role=status][data-when=done]")

    assert link.startswith(f"{browser_server.url}/account/sign-up#token=fgs_")
    assert address == f"{browser_server.url}/account/sign-up"
    assert (await sign_in(browser_server, email, PASSWORD)).status_code == 200
    assert page.complaints == []


async def test_a_person_signs_up_by_the_mailed_code(page, browser_server, outbox, email):
    await page.go(f"{browser_server.url}/account/sign-up")
    await page.type("#email", email)
    await page.press("form:not([hidden]) button")
    await page.until_shown("#code")
    code = (await outbox.jobs_to(email))[-1].values["code"]
    await page.type("#code", code)
    await page.type("#code-password", PASSWORD)
    await page.press("form[data-when=handle] button")

    await page.until_shown("[role=status][data-when=done]")

    assert (await sign_in(browser_server, email, PASSWORD)).status_code == 200
    assert page.complaints == []


async def test_a_refusal_is_shown_as_text(page, browser_server, outbox, email):
    """SEC-69: whatever it says, it is no markup; and the form can be sent again."""
    await page.go(f"{browser_server.url}/account/sign-up#token=fgs_<img/src=x/onerror=alert(1)>")
    await page.type("#password", PASSWORD)
    await page.press("form[data-when=token] button")

    await page.until("document.querySelector('form[data-when=token] .problem').textContent !== ''")

    assert await page.run("document.querySelectorAll('.problem *, img').length") == 0
    assert await page.run("document.querySelector('form[data-when=token] button').disabled") is False


async def test_a_lost_password_is_replaced_by_the_mailed_link(page, browser_server, outbox, email):
    await signed_up(page, browser_server, outbox, email)
    await page.go(f"{browser_server.url}/account/password-reset")
    await page.type("#email", email)
    await page.press("form:not([hidden]) button")
    await page.until_shown("[data-when=sent], [role=status]")
    await page.go(await link_to(outbox, email))
    await page.until_shown("#password")
    await page.type("#password", f"{PASSWORD} again")
    await page.press("form[data-when=token] button")

    await page.until_shown("[role=status]:not([hidden])")

    old, new = (
        await sign_in(browser_server, email, PASSWORD),
        await sign_in(browser_server, email, f"{PASSWORD} again"),
    )
    assert (old.status_code, new.status_code) == (401, 200)
    assert page.complaints == []


async def invite(world, browser_server, email):
    """Have an organization's owner invite an address; the organization's id."""
    owner = await world.caller()
    place = f"/api/v1/organizations/{owner.organization_id}/invitations"
    async with httpx2.AsyncClient(base_url=browser_server.url) as http:
        answer = await http.post(place, json={"email": email, "role": "viewer"}, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    return str(owner.organization_id)


async def organizations_of(browser_server, email):
    """Where somebody belongs."""
    tokens = (await sign_in(browser_server, email, PASSWORD)).json()
    async with httpx2.AsyncClient(base_url=browser_server.url) as http:
        answer = await http.get("/api/v1/organizations", headers=bearer(tokens))
    return [each["organization_id"] for each in answer.json()["items"]]


async def test_somebody_new_signs_up_by_an_invitation(page, browser_server, world, outbox, email):
    organization_id = await invite(world, browser_server, email)
    await page.go(await link_to(outbox, email))
    await page.type("#password", PASSWORD)
    await page.press("form[data-action$=sign-up] button")

    await page.until_shown("[role=status][data-when=done]")

    assert organization_id in await organizations_of(browser_server, email)
    assert page.complaints == []


async def test_who_is_signed_in_by_cookie_accepts_an_invitation(page, browser_server, world, outbox, email):
    """SEC-29: the page is of our own origin, and its request counts as one of ours."""
    await signed_up(page, browser_server, outbox, email)
    signed_in = await sign_in_by_cookie(page, email, PASSWORD)
    organization_id = await invite(world, browser_server, email)
    await page.go(await link_to(outbox, email))
    await page.press("form[data-action$=accept] button")

    await page.until_shown("[role=status][data-when=accepted]")

    assert signed_in == 204
    assert organization_id in await organizations_of(browser_server, email)
    assert page.complaints == []
