import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.exceptions import NotReadyError
from app.core.migrations import needed_revisions
from app.main import create_app
from app.repositories.migration_repository import MigrationRepository
from app.services.readiness_service import ReadinessService
from tests.middleware.conftest import calling


@pytest.fixture
def unreachable(settings):
    """Settings whose database is not there."""
    nowhere = settings.database.model_copy(
        update={"url": SecretStr("postgresql://nobody:canary@127.0.0.1:1/none")}
    )
    return settings.model_copy(update={"database": nowhere})


async def test_a_running_process_is_alive(client):
    answer = await client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_with_a_migrated_database_the_process_is_ready(client):
    answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_database_the_process_is_alive_and_not_ready_and_tells_no_more(unreachable):
    application = create_app(unreachable)

    async with application.router.lifespan_context(application), calling(application) as http:
        live = await http.get("/health/live")
        ready = await http.get("/health/ready")

    assert live.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["code"] == "not_ready"
    assert ready.headers["retry-after"] == "1"
    assert not [word for word in ("canary", "127.0.0.1", "refused", "sql") if word in ready.text.lower()]


async def test_a_database_at_other_migrations_is_not_ready(resources):
    readiness = ReadinessService(
        MigrationRepository(resources.engine),
        needed_revisions=frozenset({"tomorrow"}),
        patience_seconds=2,
        has_signing_keys=True,
    )

    with pytest.raises(NotReadyError):
        await readiness.require()


async def test_an_empty_database_is_not_ready(resources):
    engine = create_async_engine(
        resources.engine.url, connect_args={"server_settings": {"search_path": "pg_temp"}}
    )
    readiness = ReadinessService(
        MigrationRepository(engine),
        needed_revisions=needed_revisions(),
        patience_seconds=2,
        has_signing_keys=True,
    )

    with pytest.raises(NotReadyError):
        await readiness.require()
    await engine.dispose()


async def test_a_database_that_does_not_answer_in_time_is_not_ready(resources):
    class SlowRepository(MigrationRepository):
        async def applied_revisions(self):
            async with resources.engine.connect() as connection:
                await connection.execute(text("SELECT pg_sleep(5)"))

    readiness = ReadinessService(
        SlowRepository(resources.engine),
        needed_revisions=needed_revisions(),
        patience_seconds=0.05,
        has_signing_keys=True,
    )

    with pytest.raises(NotReadyError):
        await readiness.require()
