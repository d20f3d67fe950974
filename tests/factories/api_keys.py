"""API keys made and asked about over HTTP, as clients do it."""

KEYS = "/api/v1/api-keys"
VERIFY = "/api/v1/verify"


async def issue_key(client, caller, **values):
    """A new key of the caller's organization, as the answer of its creation."""
    answer = await client.post(KEYS, json={"name": "Made over HTTP", **values}, headers=caller.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def verify(client, service_key, api_key, **values):
    """The gate's verdict on a key's string; free unless `cost` says otherwise."""
    question = {"key": api_key, "cost": 0, **values}
    answer = await client.post(VERIFY, json=question, headers=service_key.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
