"""Requests made ready as bytes, so that no generator spends time on making them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

VALID_VERDICT = b'"valid":true'
"""What the body of every good answer to a verify request contains."""
PROFILE = b'"email":"'
EMPTY = b""
"""An empty answer contains nothing else; that it was charged is in the ledger."""
BATCH_ITEMS = 100
TOKENS = b'"access_token":"'


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to send in turn, and what each answer's body must contain."""

    requests: Sequence[bytes]
    marker: bytes


def verify_load(service_key: str, keys: Sequence[str]) -> Load:
    """Ask about each key in turn, for one credit."""
    return Load([verify_request(service_key, key) for key in keys], VALID_VERDICT)


def profile_load(tokens: Sequence[str]) -> Load:
    """Read the profile of each session in turn."""
    return Load([profile_request(token) for token in tokens], PROFILE)


def forward_load(keys: Sequence[str]) -> Load:
    """Let a request with each key pass, in turn, for one credit."""
    return Load([forward_request(key) for key in keys], EMPTY)


def batch_load(service_key: str, keys: Sequence[str]) -> Load:
    """Ask about a hundred keys at once, beginning with each in turn."""
    turns = [[keys[(first + n) % len(keys)] for n in range(BATCH_ITEMS)] for first in range(len(keys))]
    return Load([batch_request(service_key, turn) for turn in turns], VALID_VERDICT)


def login_load(emails: Sequence[str], password: str) -> Load:
    """Sign in with each address in turn."""
    return Load([login_request(email, password) for email in emails], TOKENS)


def verify_request(service_key: str, key: str) -> bytes:
    """`POST /api/v1/verify` about `key`."""
    return question("/api/v1/verify", service_key, {"key": key, "cost": 1})


def batch_request(service_key: str, keys: Sequence[str]) -> bytes:
    """`POST /api/v1/verify/batch` about `keys`."""
    return question("/api/v1/verify/batch", service_key, {"items": [{"key": key, "cost": 1} for key in keys]})


def question(path: str, service_key: str, members: object) -> bytes:
    """A question of the service's to the gate."""
    body = json.dumps(members, separators=(",", ":"))
    return (
        f"POST {path} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {service_key}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "\r\n"
        f"{body}"
    ).encode()


def profile_request(token: str) -> bytes:
    """`GET /api/v1/users/me` with an access token."""
    return (
        f"GET /api/v1/users/me HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )


def forward_request(key: str) -> bytes:
    """`GET /api/v1/forward-auth`, as a proxy asks it about a client's request."""
    return (
        "GET /api/v1/forward-auth HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n"
        "X-Original-URI: /reports/7?page=2\r\n"
        "X-Original-Method: GET\r\n"
        "\r\n"
    ).encode()


def login_request(email: str, password: str) -> bytes:
    """`POST /api/v1/auth/login` with an address and a password."""
    body = json.dumps({"email": email, "password": password}, separators=(",", ":"))
    return (
        "POST /api/v1/auth/login HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "\r\n"
        f"{body}"
    ).encode()
