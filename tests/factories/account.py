"""People who can sign in with a password."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx2

from app.models import Organization, User
from tests.factories.world import World

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Account:
    """A person, where they belong, and how they sign in."""

    user: User
    organization: Organization
    email: str
    password: str = PASSWORD

    async def login(self, client: httpx2.AsyncClient) -> dict[str, Any]:
        """Sign in; the tokens."""
        body = {"email": self.email, "password": self.password}
        answer = await client.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def make_account(world: World, **values: Any) -> Account:
    """A new person with a password and an organization of their own."""
    email = f"account-{secrets.token_hex(8)}@example.org"
    stored = {"hashed_password": await world.resources.password_hasher.hash(PASSWORD), **values}
    user = await world.user(email=email, **stored)
    return Account(user, await world.organization(owner=user), email)


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """The header that presents a session's access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
