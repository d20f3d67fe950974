"""Questions to the gate, over HTTP and without."""

from typing import Any

import httpx2

from app.core import api_key_secrets
from app.core.admission import AdmissionCall, AdmissionRequest
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
