"""A database that goes away is told apart from one that is displeased, whenever it goes."""

import asyncio
import re
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url, text

from app.core.database import create_driver_pool, create_engine, driver_connection, reason_of, transaction
from app.core.database_settings import DatabaseSettings
from app.core.exceptions import DatabaseUnavailableError

PLEASED = b"N"
"""The answer to whether there is TLS: there is not, go on."""
OK = b"R\x00\x00\x00\x08\x00\x00\x00\x00"
"""The one who connects needs no password."""


@asynccontextmanager
async def dying_server(*answers):
    """The settings of a server that answers so often, and dies."""

    async def serve(reader, writer):
        for answer in answers:
            await reader.read(1024)
            writer.write(answer)
        await reader.read(1024) if not answers else await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield DatabaseSettings.model_validate({"url": f"postgresql://somebody@127.0.0.1:{port}/nothing"})


DEATHS = pytest.mark.parametrize(
    "answers", [(), (PLEASED,), (PLEASED, OK)], ids=["at once", "before the password", "before it is ready"]
)


@DEATHS
async def test_a_server_that_dies_while_one_connects_is_unavailable(answers):
    async with dying_server(*answers) as settings:
        engine = create_engine(settings, pool_size=1)

        with pytest.raises(DatabaseUnavailableError):
            async with transaction(engine) as session:
                await session.execute(text("SELECT 1"))

        await engine.dispose()


@DEATHS
async def test_a_server_that_dies_while_the_gate_connects_is_unavailable(answers):
    async with dying_server(*answers) as settings, await create_driver_pool(settings, size=1) as pool:
        with pytest.raises(DatabaseUnavailableError):
            async with driver_connection(pool):
                pass


@pytest.mark.parametrize(
    "user", ["nobody of that name", "faregate"], ids=["no such role", "no such database"]
)
async def test_without_the_role_or_the_database_it_is_unavailable_and_the_log_can_say_why(database_url, user):
    wrong = make_url(database_url).set(username=user, database="no such database")
    settings = DatabaseSettings.model_validate({"url": wrong.render_as_string(hide_password=False)})
    engine = create_engine(settings, pool_size=1)

    with pytest.raises(DatabaseUnavailableError) as caught:
        async with transaction(engine) as session:
            await session.execute(text("SELECT 1"))

    assert re.search(r'^\w+: (role|database) "no[^"]+" does not exist$', reason_of(caught.value))
    await engine.dispose()
