"""API keys made and asked about over HTTP, as clients do it."""

KEYS = "/api/v1/api-keys"
VERIFY = "/api/v1/verify"
WIDE_KEY = {
    "name": "Production",
    "description": "The forecast service",
    "scopes": ["forecast:read", "blog_posts:read"],
    "environment": "test",
    "credit_cap": 50,
    "allowed_cidrs": ["203.0.113.0/24", "2001:db8::/32"],
    "metadata": {"team": "forecast", "tier": 2, "flags": [True, None, 1.5]},
    "enabled": False,
    "expires_at": "2100-01-01T02:00:00+02:00",
}
"""A new key with every member said that its maker may say."""


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
