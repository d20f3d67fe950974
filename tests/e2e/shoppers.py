"""Callers who buy without end, and the proof that what they were promised is what they paid."""

import asyncio
import random
from collections import Counter
from uuid import uuid4

from app.core.database import transaction
from tests.factories.ledger import contradictions_in

ANSWER_SECONDS_MAX = 30


class Shoppers:
    """They repeat each purchase by its charge id until it is answered, at whichever client answers."""

    def __init__(self, connect, api_key, *, pause_seconds=0.0):
        self.acknowledged = Counter()
        self.refusals = Counter()
        self.asked = 0
        self.open = True
        self._connect = connect
        self._api_key = api_key
        self._pause_seconds = pause_seconds

    async def shop(self, number):
        """Buy one thing after the other."""
        clients = self._connect()
        while self.open:
            await self.buy(clients, str(uuid4()), number)
            await asyncio.sleep(self._pause_seconds)
        for client in clients:
            client.close()

    async def buy(self, clients, charge_id, number=0):
        """Buy one thing for a credit, however often it must be asked for."""
        while not await self._ask(clients[number % len(clients)], charge_id):
            number += 1
            await asyncio.sleep(self._pause_seconds or 0.01)

    async def _ask(self, client, charge_id):
        self.asked += 1
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                status, headers, verdict = await client.verify(key=self._api_key, cost=1, charge_id=charge_id)
        except ConnectionError:
            self.refusals["connection"] += 1
            return False
        if status != 200:
            self.refusals[status, headers.get("retry-after")] += 1
            return False
        assert (verdict["code"], verdict["credits"]["charged"]) == ("VALID", 1)
        self.acknowledged[charge_id] += 1
        return True

    async def deliver(self, client, charge_ids, *, copies):
        """Send each purchase several times, in any order, all at once; what each of them was answered."""
        orders = [charge_id for charge_id in charge_ids for _ in range(copies)]
        random.shuffle(orders)
        self.asked += len(orders)
        answers = await asyncio.gather(
            *(client.verify(key=self._api_key, cost=1, charge_id=charge_id) for charge_id in orders)
        )
        self.acknowledged.update(charge_ids)
        return [
            (charge_id, status, verdict)
            for charge_id, (status, _, verdict) in zip(orders, answers, strict=True)
        ]


async def prove_every_purchase(world, organization, shoppers):
    """Each acknowledged purchase stands in the ledger exactly once, and nothing else does."""
    entries = await world.entries(organization.id)
    charged = Counter(entry.charge_id for entry in entries if entry.kind == "charge")
    assert charged == shoppers.acknowledged
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert min(entry.balance_after for entry in entries) >= 0
    assert await world.balance(organization.id) == sum(entry.amount for entry in entries)
    async with transaction(world.resources.engine) as session:
        assert await contradictions_in(session, organization.id) == []
