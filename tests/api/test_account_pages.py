"""The pages that mailed links open: they call routes that exist, and run nothing of anybody else."""

import re

import pytest

from app.api.account_pages import ASSETS, MEDIA_TYPES, PAGES
from app.core.opaque_tokens import TokenPurpose
from app.services import email_change_service, invitation_service, notice_service, sign_up_service

ACTION = re.compile(r'data-action="([^"]+)"')
NAME = re.compile(r'<input[^>]* name="([^"]+)"')


def form_of(page, action):
    """The markup of the form that calls this route."""
    return next(form for form in page.split("<form")[1:] if f'data-action="{action}"' in form)


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_served_under_a_policy_that_runs_only_our_own_script(client, page):
    """SEC-61."""
    answer = await client.get(f"/account/{page}")

    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?! src=\"/account/assets/account.js\"></script>)", answer.text) == []
    assert re.findall(r"\son\w+=|style=", answer.text) == []


@pytest.mark.parametrize("page", PAGES)
async def test_every_form_calls_a_route_with_members_that_it_takes(client, page):
    document = (await client.get("/openapi.json")).json()
    text = (await client.get(f"/account/{page}")).text

    for action in ACTION.findall(text):
        body = document["paths"][action]["post"]["requestBody"]["content"]["application/json"]["schema"]
        schema = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        form = form_of(text, action)
        sent = {*NAME.findall(form), *re.findall(r'data-proof="(\w+)"', form)}
        assert sent <= set(schema["properties"])
        assert set(schema["required"]) <= sent


@pytest.mark.parametrize("name", MEDIA_TYPES)
async def test_what_a_page_needs_is_there(client, name):
    assert (await client.get(f"/account/assets/{name}")).status_code == 200


@pytest.mark.parametrize("path", ["/account/nothing", "/account/assets/email.html", "/account/assets/..%2f"])
async def test_nothing_else_is_served(client, path):
    assert (await client.get(path)).status_code == 404


async def test_every_link_that_is_mailed_leads_to_a_page(client):
    paths = (
        sign_up_service.PATH,
        notice_service.RESET_PATH,
        email_change_service.PATH,
        invitation_service.PATH,
    )
    for path in paths:
        assert (await client.get(path)).status_code == 200


def test_the_script_takes_the_token_out_of_the_address_bar_and_writes_no_markup():
    script = (ASSETS / "account.js").read_text()

    assert "history.replaceState" in script
    assert "innerHTML" not in script
    assert "localStorage" not in script


def test_tokens_have_a_form_that_needs_no_escaping_in_a_fragment():
    assert all(re.fullmatch(r"fg\w_", purpose) for purpose in TokenPurpose)
