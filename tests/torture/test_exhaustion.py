"""Not enough connections, locks that are held, statements that take too long."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.torture.conftest import await_recovery
from tests.torture.node import open_node
from tests.torture.scale import Scale, scales

DRAFT = {"title": "Once", "body": ""}


@asynccontextmanager
async def account_locked(database_url, organization):
    """Somebody holds the lock of an account, and does not let go."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT FROM credit_accounts WHERE organization_id = $1 FOR UPDATE", organization.id
            )
            yield
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "patience",
    [
        {"statement_timeout_seconds": 0.1, "lock_timeout_seconds": 5.0},
        {"statement_timeout_seconds": 5.0, "lock_timeout_seconds": 0.1},
    ],
    ids=["statement", "lock"],
)
@scales(short=Scale(callers=4, faults=1), torture=Scale(callers=32, faults=30))
async def test_a_timeout_of_the_database_is_a_503_and_no_purchase_is_lost_or_repeated(
    settings, database_url, world, shop, figures, scale, patience
):
    """Trap C: a ledger failure that lets the request through."""
    service = (await world.service_key()).api_key
    async with (
        open_node(settings, service, **patience) as node,
        shop.open([node], callers=scale.callers, figures=figures) as shoppers,
    ):
        for _ in range(scale.faults):
            async with account_locked(database_url, shop.organization):
                figures.faults["timeouts"] += 1
                refused = shoppers.refusals.total()
                while shoppers.refusals.total() == refused:
                    await asyncio.sleep(0.01)
            await await_recovery(shoppers, purchases=20)

    assert set(shoppers.refusals) == {(503, "1")}


@scales(short=Scale(callers=4, faults=1), torture=Scale(callers=32, faults=30))
async def test_requests_that_use_up_the_pool_leave_the_gate_its_own_and_recover(
    settings, world, shop, figures, scale
):
    service = (await world.service_key()).api_key
    caller = await world.caller()
    async with (
        open_node(settings, service, pool_size=2, pool_timeout_seconds=0.1) as node,
        shop.open([node], callers=scale.callers, figures=figures) as shoppers,
    ):
        engine = node.app.state.resources.engine
        for _ in range(scale.faults):
            headers = caller.headers | {"Idempotency-Key": str(uuid4())}
            async with engine.connect() as one, engine.connect() as other:
                figures.faults["pools"] += 1
                assert not one.closed
                assert not other.closed
                status, fields, _ = await node.post("/api/v1/blog-posts", headers, DRAFT)
                assert (status, fields["retry-after"]) == (503, "1")
                await await_recovery(shoppers, purchases=20)
            status, fields, _ = await node.post("/api/v1/blog-posts", headers, DRAFT)
            assert status == 201
            assert "idempotent-replayed" not in fields

    assert not shoppers.refusals


@scales(short=Scale(callers=4, faults=1), torture=Scale(callers=32, faults=30))
async def test_a_database_without_a_connection_to_spare_is_a_503_until_it_has_one(
    settings, database_url, world, shop, figures, scale
):
    """Trap C: a ledger failure that lets the request through."""
    service = (await world.service_key()).api_key
    role = f"torture_{uuid4().hex[:12]}"
    url = make_url(database_url).set(username=role).render_as_string(hide_password=False)
    owner = await asyncpg.connect(database_url)
    await owner.execute(f"CREATE ROLE {role} LOGIN")
    await owner.execute(f"GRANT {await owner.fetchval('SELECT current_user')} TO {role}")
    try:
        async with (
            open_node(settings, service, url=url) as node,
            shop.open([node], callers=scale.callers, figures=figures) as shoppers,
        ):
            for _ in range(scale.faults):
                await await_recovery(shoppers, purchases=20)
                await owner.execute(f"ALTER ROLE {role} CONNECTION LIMIT 0")
                await owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", role
                )
                figures.faults["servers full"] += 1
                refused = shoppers.refusals.total()
                while shoppers.refusals.total() == refused:
                    await asyncio.sleep(0.01)
                await owner.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1")
            await await_recovery(shoppers, purchases=20)
    finally:
        await owner.execute(f"DROP ROLE {role}")
        await owner.close()

    assert set(shoppers.refusals) == {(503, "1")}
