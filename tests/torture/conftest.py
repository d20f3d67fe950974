"""Figures of every torture, printed in the end."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.e2e.shoppers import Shoppers, prove_every_purchase
from tests.torture.figures import Figures, told


@pytest.fixture
def figures(request):
    """What this torture counts."""
    counted = Figures(request.node.name)
    told.append(counted)
    return counted


def pytest_terminal_summary(terminalreporter):
    """Print them all."""
    if told:
        terminalreporter.section("torture")
        for figures in told:
            terminalreporter.write_line(str(figures))


@pytest.fixture
async def shop(world):
    """An organization with a key, and somebody who may ask about it."""
    organization = await world.organization(credits=1_000_000)
    return Shop(world, organization, (await world.api_key(organization)).api_key)


class Shop:
    """Whose purchases are counted and proved."""

    def __init__(self, world, organization, api_key):
        self.world = world
        self.organization = organization
        self.api_key = api_key

    @asynccontextmanager
    async def open(self, nodes, *, callers, figures):
        """Customers at these nodes, until the braces end; then everything is proved."""
        shoppers = Shoppers(lambda: list(nodes), self.api_key, pause_seconds=0.002)
        shopping = [asyncio.create_task(shoppers.shop(number)) for number in range(callers)]
        try:
            yield shoppers
        finally:
            shoppers.open = False
            await asyncio.gather(*shopping)
        figures.add(shoppers)
        await prove_every_purchase(self.world, self.organization, shoppers)
        figures.drift = 0


async def await_recovery(shoppers, *, purchases, seconds_max=20):
    """Wait until so many more purchases are answered: nobody has restarted anything."""
    before = shoppers.acknowledged.total()
    async with asyncio.timeout(seconds_max):
        while shoppers.acknowledged.total() < before + purchases:
            await asyncio.sleep(0.01)
