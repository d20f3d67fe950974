"""Every message arrives several times, in any order."""

import asyncio
from uuid import uuid4

from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.torture.node import open_node
from tests.torture.scale import Scale, scales


@scales(short=Scale(callers=40, faults=3), torture=Scale(callers=500, faults=100))
async def test_duplicate_and_reordered_delivery_charges_each_id_once(settings, world, shop, figures, scale):
    """Trap C: a retry that pays twice."""
    service = (await world.service_key()).api_key
    shoppers = Shoppers(list, shop.api_key)
    async with open_node(settings, service) as one, open_node(settings, service) as other:
        for _ in range(scale.faults):
            ids = [str(uuid4()) for _ in range(scale.callers)]
            here, there = await asyncio.gather(
                shoppers.deliver(one, ids, copies=2), shoppers.deliver(other, ids, copies=2)
            )
            shoppers.acknowledged.subtract(ids)
            answers = here + there
            figures.faults["duplicates"] += len(answers) - len(ids)

            assert {status for _, status, _ in answers} == {200}
            assert {(verdict["code"], verdict["credits"]["charged"]) for _, _, verdict in answers} == {
                ("VALID", 1)
            }
            first = [charge_id for charge_id, _, verdict in answers if not verdict.get("replayed")]
            assert sorted(first) == sorted(ids)

    await prove_every_purchase(world, shop.organization, shoppers)
    figures.add(shoppers)
    figures.drift = 0
