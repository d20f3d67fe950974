"""A network that stalls in the middle of a batch, or is cut."""

import asyncio
import random

from tests.torture.conftest import await_recovery
from tests.torture.network import network_to
from tests.torture.node import open_node
from tests.torture.scale import Scale, scales

FAULTS = ("stall_answers", "stall_questions", "cut")


@scales(short=Scale(callers=8, faults=3), torture=Scale(callers=32, faults=40))
async def test_a_network_that_stalls_or_is_cut_loses_no_purchase_and_repeats_none(
    settings, database_url, world, shop, figures, scale
):
    """Traps C: a retry that pays twice; a ledger failure that lets the request through."""
    service = (await world.service_key()).api_key
    patience = {"statement_timeout_seconds": 0.3, "connect_timeout_seconds": 1.0}
    async with (
        network_to(database_url) as network,
        open_node(settings, service, url=network.url, **patience) as node,
        shop.open([node], callers=scale.callers, figures=figures) as shoppers,
    ):
        for number in range(scale.faults):
            await await_recovery(shoppers, purchases=20)
            fault = FAULTS[number % len(FAULTS)]
            refused = shoppers.refusals.total()
            await asyncio.sleep(random.uniform(0, 0.01))
            getattr(network, fault)()
            figures.faults[fault] += 1
            while fault != "cut" and shoppers.refusals.total() == refused:
                await asyncio.sleep(0.01)
            network.resume()
        await await_recovery(shoppers, purchases=20)

    assert {status for status, *_ in shoppers.refusals} <= {503}
