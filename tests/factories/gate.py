"""Questions to the gate, over HTTP and without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from app.api.dependencies.settlement_service import build_settle
from app.api.resources import Resources
from app.core import api_key_secrets
from app.core.admission import AdmissionCall, AdmissionRequest
from app.core.database import create_driver_pool
from app.core.database_settings import DatabaseSettings
from app.core.gate_settings import GateSettings
from app.core.usage_settings import UsageSettings
from app.repositories.admission_repository import Admissions
from app.services.admission_identity import Policy
from app.services.admission_service import AdmissionService
from tests.factories.world import IssuedApiKey

VERIFY = "/api/v1/verify"
BATCH = "/api/v1/verify/batch"


def question(key: IssuedApiKey | str, **members: Any) -> dict[str, Any]:
    """A question's body."""
    return {"key": key if isinstance(key, str) else key.api_key, **members}


async def verify(
    client: httpx2.AsyncClient, service: IssuedApiKey, key: IssuedApiKey | str, **members: Any
) -> dict[str, Any]:
    """The verdict on a well-formed question."""
    answer = await client.post(VERIFY, json=question(key, **members), headers=service.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def verify_all(
    client: httpx2.AsyncClient, service: IssuedApiKey, *questions: dict[str, Any]
) -> list[dict[str, Any]]:
    """The verdicts on a batch of well-formed questions."""
    answer = await client.post(BATCH, json={"items": questions}, headers=service.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def call(key: IssuedApiKey, **values: Any) -> AdmissionCall:
    """A call of one request, as the application asks its own gate."""
    return AdmissionCall([AdmissionRequest(api_key_secrets.parse(key.api_key), **values)])


@asynccontextmanager
async def open_gate(
    resources: Resources,
    *,
    database: DatabaseSettings | None = None,
    patience_seconds: float = 5,
    **options: Any,
) -> AsyncIterator[AdmissionService]:
    """A gate of its own, with its own connections: another node."""
    pool = await create_driver_pool(database or resources.settings.database, size=4)
    policy = Policy(resources.api_key_secrets)
    gate = AdmissionService(
        Admissions(pool),
        policy,
        GateSettings(**options),
        build_settle(resources.engine),
        UsageSettings(),
        patience_seconds=patience_seconds,
    )
    try:
        yield gate
    finally:
        await gate.drain()
        await pool.close()


async def admit_all(gate: AdmissionService, *calls: AdmissionCall) -> list[str | type[Exception]]:
    """The codes of the calls, asked at once; errors by their class."""
    answers = await asyncio.gather(*(gate.admit(each) for each in calls), return_exceptions=True)
    return [type(each) if isinstance(each, Exception) else str(each.verdicts[0].code) for each in answers]
