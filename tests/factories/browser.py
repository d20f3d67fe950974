"""A browser on the way to a provider and back, with the one cookie that binds it."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.factories.identity_provider import IdentityProvider, Person

PROVIDERS = "/api/v1/auth/providers"
COOKIE = "__Host-faregate_oauth"


@dataclass
class Browser:
    """Keeps what it is given, as browsers keep `__Host-` cookies, which need https and so no test client."""

    client: httpx2.AsyncClient
    cookie: str = ""

    async def start(
        self, name: str, *, headers: dict[str, str] | None = None, kind: str = "", **body: Any
    ) -> str:
        """Begin to sign in, or with a session's headers to link or another kind; the provider's address."""
        kind = kind or ("start" if headers is None else "link")
        answer = await self.client.post(f"{PROVIDERS}/{name}/{kind}", json=body, headers=headers or {})
        assert answer.status_code == 200, answer.text
        self.cookie = answer.headers["set-cookie"].partition(";")[0].removeprefix(f"{COOKIE}=")
        return answer.json()["authorization_url"]

    async def finish(self, name: str, answer: dict[str, Any]) -> httpx2.Response:
        """Send on what the provider sent back."""
        return await self.client.post(f"{PROVIDERS}/{name}/callback", json=answer, headers=self.headers)

    async def come_back(self, name: str, answer: dict[str, Any]) -> httpx2.Response:
        """Follow the provider's redirect."""
        return await self.client.get(f"{PROVIDERS}/{name}/callback", params=answer, headers=self.headers)

    async def sign_in(
        self, name: str, provider: IdentityProvider, person: Person, **link: Any
    ) -> httpx2.Response:
        """All the way there and back."""
        return await self.finish(name, provider.approve(await self.start(name, **link), person))

    @property
    def headers(self) -> dict[str, str]:
        """The cookie, if there is one."""
        return {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
