"""Commands that change accounts or secrets tell the audit trail so, once each (SEC-63)."""

import asyncio
import secrets

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from app.cli.main import make_cli
from app.cli.trail import COMMAND_EVENTS
from app.core.database import create_engine, transaction
from app.models import AuditEvent
from tests.conftest import ENCRYPTION_KEY
from tests.factories.databases import own_database


@pytest.fixture(scope="module")
async def own(database_url, settings):
    """A database of this module's own: the commands change what everybody in it shares."""
    async with own_database(database_url) as url:
        changed = settings.database.model_copy(update={"url": type(settings.database.url)(url)})
        engine = create_engine(changed, pool_size=2)
        yield url, engine
        await engine.dispose()


@pytest.fixture
def run(own, monkeypatch, tmp_path):
    """Runs a command there, and answers with the events that it wrote."""
    url, engine = own
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FAREGATE_SECRETS__ENCRYPTION_KEY", ENCRYPTION_KEY)
    monkeypatch.chdir(tmp_path)

    async def written():
        async with transaction(engine) as session:
            return list(await session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)))

    async def run(*arguments):
        before = len(await written())
        result = await asyncio.to_thread(CliRunner().invoke, make_cli(arguments), arguments)
        return result, (await written())[before:]

    return run


def an_email():
    return f"trail-{secrets.token_hex(8)}@example.org"


@pytest.mark.parametrize(("command", "is_operator"), [("create-user", False), ("create-operator", True)])
async def test_who_makes_an_account_is_told_once(run, command, is_operator):
    """SEC-63."""
    email = an_email()

    made, (event,) = await run(command, email)
    again, nothing = await run(command, email)

    assert (made.exit_code, again.exit_code, nothing) == (0, 0, [])
    assert (event.action, event.outcome, event.target[:5]) == ("user_created", "success", "user:")
    assert event.details == {"operator": is_operator}
    assert_by_command(event, command)


def assert_by_command(event, command):
    """Nobody is known but the command, and it declares what it writes."""
    nobody = (event.actor_id, event.api_key_id, event.session_id, event.ip_address, event.request_id)
    assert nobody == (None,) * 5
    assert event.user_agent == f"faregate {command}"
    assert event.action in COMMAND_EVENTS[command]


async def test_an_account_that_cannot_be_made_is_not_told_of(run):
    result, events = await run("create-user", "no-address")

    assert (result.exit_code, events) == (1, [])


async def test_a_rotation_is_told_once_and_one_that_changes_nothing_is_not(run, own):
    """SEC-63."""
    first, nothing = await run("rotate-signing-key")
    await let_keys_age(own)
    second, (rotated,) = await run("rotate-signing-key")

    assert (first.exit_code, nothing, second.exit_code) == (0, [], 0)
    assert (rotated.action, rotated.outcome) == ("signing_key_rotated", "success")
    assert rotated.target.removeprefix("signing_key:") in second.stdout
    assert_by_command(rotated, "rotate-signing-key")


async def test_after_a_compromise_the_end_of_the_old_keys_is_told_too(run, own):
    """SEC-63."""
    await run("rotate-signing-key")
    await let_keys_age(own)

    result, (rotated, ended) = await run("rotate-signing-key", "--compromised")

    assert result.exit_code == 0
    assert (rotated.action, ended.action) == ("signing_key_rotated", "signing_keys_ended")
    assert ended.details["number"] >= 1
    assert_by_command(ended, "rotate-signing-key")


async def let_keys_age(own):
    """Let everybody have had the time to read the next key."""
    _, engine = own
    async with transaction(engine) as session:
        await session.execute(
            text("""
                UPDATE signing_keys
                SET created_at = created_at - interval '1 hour', promoted_at = promoted_at - interval '1 hour'
            """)
        )


async def test_going_through_all_secrets_is_told_with_how_many_there_were(run):
    """SEC-63."""
    result, (event,) = await run("reencrypt-secrets")

    assert result.exit_code == 0, result.output
    assert (event.action, event.outcome) == ("secrets_reencrypted", "success")
    assert event.details == {"reencrypted": 0, "unreadable": 0}
    assert_by_command(event, "reencrypt-secrets")
