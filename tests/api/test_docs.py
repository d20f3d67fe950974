import re

import pytest

from app.api.docs import MEDIA_TYPES
from app.core.settings import Environment
from app.main import create_app
from tests.middleware.conftest import calling


async def test_the_page_uses_nothing_but_our_own_files(client):
    page = await client.get("/docs")

    assert page.status_code == 200
    references = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert set(references) == {f"/docs/{name}" for name in MEDIA_TYPES}
    for reference in references:
        assert (await client.get(reference)).status_code == 200


async def test_the_page_has_nothing_that_its_own_policy_forbids(client):
    page = await client.get("/docs")

    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\bon\w+=|<style|javascript:", page.text)


@pytest.mark.parametrize("name", sorted(MEDIA_TYPES))
async def test_assets_are_served_with_their_type(client, name):
    answer = await client.get(f"/docs/{name}")

    assert answer.headers["content-type"].partition(";")[0] == MEDIA_TYPES[name]
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert len(answer.content) > 100


async def test_our_script_asks_no_other_server(client):
    script = (await client.get("/docs/start.js")).text

    assert "http" not in script.replace("/openapi.json", "")
    assert "validatorUrl: null" in script


@pytest.mark.parametrize("name", ["README.md", "..%2fdocs.py", "LICENSE", "nothing", "%00"])
async def test_other_files_are_not_served(client, name):
    assert (await client.get(f"/docs/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("environment", "setting", "status"),
    [
        (Environment.PRODUCTION, None, 404),
        (Environment.PRODUCTION, True, 200),
        (Environment.DEVELOPMENT, None, 200),
        (Environment.DEVELOPMENT, False, 404),
    ],
)
@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/start.js"])
async def test_docs_are_closed_in_production_unless_opened(settings, environment, setting, status, path):
    http_settings = settings.http.model_copy(update={"docs_open": setting})
    application = create_app(settings.model_copy(update={"environment": environment, "http": http_settings}))

    async with calling(application) as http:
        answer = await http.get(path)

    assert answer.status_code == status
