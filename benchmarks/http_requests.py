"""Requests made ready as bytes, so that no generator spends time on making them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

VALID_VERDICT = b'"valid":true'
"""What the body of every good answer to a verify request contains."""
PROFILE = b'"email":"'
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


def login_load(emails: Sequence[str], password: str) -> Load:
    """Sign in with each address in turn."""
    return Load([login_request(email, password) for email in emails], TOKENS)


def verify_request(service_key: str, key: str) -> bytes:
    """`POST /api/v1/verify` about `key`."""
    body = json.dumps({"key": key, "cost": 1}, separators=(",", ":"))
    return (
        "POST /api/v1/verify HTTP/1.1\r\n"
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
