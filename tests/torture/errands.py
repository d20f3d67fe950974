"""What else is done to the credits of a shop meanwhile: each errand is repeated until it is answered."""

import asyncio
import random
from uuid import uuid4

from tests.e2e.gate_client import GateClient

HOLDS = "/api/v1/credits/holds"
GRANTS = "/api/v1/credits/grants"
REFUNDS = "/api/v1/credits/refunds"
PAUSE_SECONDS = 0.03
ANSWER_SECONDS_MAX = 30
RETRIED = {409, 503}
"""Somebody else is at it, or nobody can be."""


class Errand:
    """Does one thing after the other, at whichever server answers; `done` is what it was answered."""

    def __init__(self, servers, credential):
        self.done = []
        self.asked = 0
        self.open = True
        self._clients = [GateClient(server.port, credential) for server in servers]

    async def run(self):
        """Go on until it is closed; what was begun is ended."""
        while self.open:
            self.done.append(await self.act())
            await asyncio.sleep(PAUSE_SECONDS)
        for client in self._clients:
            client.close()

    async def insist(self, path, body, key):
        """The body of the good answer to this request."""
        while True:
            self.asked += 1
            try:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    client = random.choice(self._clients)
                    status, _, answer = await client.post(path, body, Idempotency_Key=key)
            except ConnectionError:
                status = 503
            if status not in RETRIED:
                assert status in {200, 201}, answer
                return answer
            await asyncio.sleep(PAUSE_SECONDS)


class Grants(Errand):
    """An operator grants a credit, by idempotency key alone."""

    def __init__(self, servers, credential, organization):
        super().__init__(servers, credential)
        self._draft = {"organization_id": str(organization.id), "amount": 1, "reason": "torture"}

    async def act(self):
        """One grant."""
        return await self.insist(GRANTS, self._draft, str(uuid4()))


class Holds(Errand):
    """A customer reserves five credits, and spends three of them or gives them back."""

    async def act(self):
        """One hold, and its end."""
        name = str(uuid4())
        draft = {"amount": 5, "expires_in_seconds": 3_600, "charge_id": name}
        hold = await self.insist(HOLDS, draft, name)
        if random.random() < 0.5:
            return await self.insist(f"{HOLDS}/{hold['id']}/settle", {"amount": 3}, f"{name}-end")
        return await self.insist(f"{HOLDS}/{hold['id']}/release", {}, f"{name}-end")


class Refunds(Errand):
    """An operator refunds purchases, each once."""

    def __init__(self, servers, credential, organization, shoppers):
        super().__init__(servers, credential)
        self._draft = {"organization_id": str(organization.id), "reason": "torture"}
        self._shoppers = shoppers
        self._refunded = set()

    async def act(self):
        """One refund of something that was bought."""
        while not (left := self._shoppers.acknowledged.keys() - self._refunded):
            await asyncio.sleep(PAUSE_SECONDS)
        charge_id = left.pop()
        self._refunded.add(charge_id)
        draft = {**self._draft, "refund_id": f"of-{charge_id}", "charge_id": charge_id}
        return await self.insist(REFUNDS, draft, str(uuid4()))
