"""How PostgreSQL runs the gate's statements when their plans were made while the tables were empty."""

import asyncio
import json
import re
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from app.cli.migrate import upgrade
from app.core.database import create_driver_pool
from app.core.database_settings import DatabaseSettings
from app.repositories.admission_statements import FURTHER, KEYS, SESSIONS, WRITE_BUCKETS, WRITE_CHARGES

BUCKET_TABLE = "rate_limit_states"


@pytest.fixture(scope="module")
async def new_deployment(database_url):
    """A connection of the gate to a database that is migrated, vacuumed and empty."""
    name = f"plans_{uuid4().hex}"
    server = await asyncpg.connect(database_url)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    settings = DatabaseSettings.model_validate({"url": url})
    await asyncio.to_thread(upgrade, settings)
    pool = await create_driver_pool(settings, size=1)
    async with pool.acquire() as connection:
        await connection.execute("VACUUM (ANALYZE)")
        yield connection
    await pool.close()
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def nodes_of(connection, statement):
    """All nodes of the plan that is kept."""
    arguments = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", statement))))
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE kept AS {statement}")
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE kept ({arguments})")
    await connection.execute("DEALLOCATE kept")
    waiting = [json.loads(plan)[0]["Plan"]]
    nodes = []
    while waiting:
        nodes.append(waiting.pop())
        waiting += nodes[-1].get("Plans", [])
    return nodes


@pytest.mark.parametrize("statement", [KEYS, SESSIONS, FURTHER])
async def test_a_bucket_is_read_by_its_key_however_many_there_will_be(new_deployment, statement):
    nodes = await nodes_of(new_deployment, statement)

    scans = [node for node in nodes if node.get("Relation Name") == BUCKET_TABLE]
    assert [node["Node Type"] for node in scans] == ["Index Scan"]
    assert "subject" in scans[0]["Index Cond"]
    assert "name" in scans[0]["Index Cond"]


@pytest.mark.parametrize("statement", [WRITE_BUCKETS, WRITE_CHARGES])
async def test_a_bucket_is_written_without_looking_through_the_table(new_deployment, statement):
    nodes = await nodes_of(new_deployment, statement)

    touching = [node for node in nodes if node.get("Relation Name") == BUCKET_TABLE]
    assert [(node["Node Type"], node["Conflict Resolution"]) for node in touching] == [
        ("ModifyTable", "UPDATE")
    ]
