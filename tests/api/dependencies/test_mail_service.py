"""Links in mails, whatever a request says about where it came from."""

import secrets

import httpx2
import pytest
from fastapi import FastAPI

from app.api.dependencies.mail_service import MailServiceDep
from app.core.mail import MailTemplate
from app.middleware.envelope import EnvelopeMiddleware

LIES = [
    {"Host": "evil.example"},
    {"Host": "test@evil.example"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "ftp"},
    {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Prefix": "/evil.example"},
    {"Forwarded": "host=evil.example;proto=http"},
    {"X-Original-URL": "https://evil.example/"},
    {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
]


@pytest.fixture
async def ask(resources):
    """Calls a route that sends a mail with a link."""
    app = FastAPI()
    app.add_middleware(EnvelopeMiddleware, trusted_proxies=[])
    app.state.resources = resources

    @app.post("/{address}")
    async def write(address: str, mails: MailServiceDep) -> None:
        link = mails.link("/reset-password", token="fgt_1")
        await mails.send(MailTemplate.DELIVERY_TEST, address, link=link)

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


@pytest.mark.parametrize("headers", LIES, ids=str)
async def test_a_link_begins_with_the_public_url_whatever_the_request_says(ask, outbox, headers):
    """SEC-10."""
    address = f"person-{secrets.token_hex(8)}@example.org"

    answer = await ask.post(f"/{address}", headers=headers)

    (job,) = await outbox.jobs_to(address)
    assert answer.status_code == 200
    assert job.links == {"link": "http://test/reset-password#token=fgt_1"}
