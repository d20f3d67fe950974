"""Verify without HTTP: what its clock decides, and what it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import api_key_secrets
from app.schemas.verification import VerifyRequest
from app.services.verification_service import Asker, VerificationService


@pytest.fixture
async def ask_at(world, resources):
    """Asks about a credential on a server whose clock shows that time."""
    service = await world.service_key()
    asker = Asker(api_key_secrets.parse(service.api_key), None, "request")

    async def ask_at(moment, credential, **members):
        verification = VerificationService(resources.gate, resources.access_tokens, lambda: moment)
        (verdict,) = await verification.verify(asker, [VerifyRequest(key=credential, **members)], pointer="")
        return verdict

    return ask_at


async def test_no_clock_but_the_databases_refills_a_bucket(world, ask_at):
    """Trap B: the caller's clock as truth."""
    key = await world.api_key(await world.organization(plan=await world.plan(minute=(1, 3_600))))
    now = datetime.now(UTC)

    codes = [(await ask_at(now + timedelta(days=day), key.api_key)).code for day in (0, 1, -1)]

    assert codes == ["VALID", "RATE_LIMITED", "RATE_LIMITED"]


async def test_no_clock_but_the_databases_ends_a_key(world, ask_at):
    soon = datetime.now(UTC) + timedelta(hours=1)
    key = await world.api_key(await world.organization(), expires_at=soon)

    verdict = await ask_at(soon + timedelta(days=1), key.api_key)

    assert verdict.code == "VALID"


async def test_a_token_that_is_over_is_no_credential(world, ask_at):
    person = await world.caller()

    verdict = await ask_at(datetime.now(UTC) + timedelta(minutes=10, seconds=1), person.credential)

    assert (verdict.code, verdict.principal) == ("NOT_FOUND", None)
