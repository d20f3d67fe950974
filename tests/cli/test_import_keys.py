"""`faregate import-keys`: all of a file or nothing, each key once, and the strings work."""

import asyncio
import json
import secrets
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from app.cli.errors import CommandError
from app.cli.main import make_cli
from app.core.database import transaction
from app.main import create_app
from app.models import ApiKey, AuditEvent
from tests.factories.api_keys import KEYS
from tests.factories.gate import verify

PREFIX = "sk_live_"
DECLARED = "--random-128-bits"


@pytest.fixture(scope="module")
async def importing_app(settings):
    """The application that looks for keys of the other system."""
    keys = settings.keys.model_copy(update={"foreign_prefixes": (PREFIX,)})
    app = create_app(settings.model_copy(update={"keys": keys}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def faregate(monkeypatch, tmp_path, database_url, settings):
    """Imports these keys in an empty folder, as the command's own process would."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    pepper = settings.secrets.api_key_pepper.get_secret_value()
    monkeypatch.setenv("FAREGATE_SECRETS__API_KEY_PEPPER", pepper)
    monkeypatch.setenv("FAREGATE_KEYS__RESOURCE_SCOPES", '["forecast:read"]')
    monkeypatch.chdir(tmp_path)

    async def run(text, *options, name="keys.jsonl"):
        (tmp_path / name).write_text(text)
        arguments = ["import-keys", name, *options]
        return await asyncio.to_thread(CliRunner().invoke, make_cli(arguments), arguments)

    return run


@pytest.fixture
async def ask(importing_app, world):
    """The verdict on a string, where foreign keys are looked for."""
    service = await world.service_key()
    transport = httpx2.ASGITransport(app=importing_app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield lambda text: verify(http, service, text)


@pytest.fixture
def count(resources):
    """How many keys an organization has."""

    async def count(organization_id):
        async with transaction(resources.engine) as session:
            query = select(func.count()).where(ApiKey.organization_id == organization_id)
            return (await session.execute(query)).scalar_one()

    return count


def foreign():
    """A string of the other system."""
    return f"{PREFIX}{secrets.token_hex(16)}"


def member(text, organization_id, **values):
    """A key as a line of the file names it."""
    digest = sha256(text.encode()).hexdigest()
    return {
        "sha256": digest, "prefix": text[:10], "organization_id": str(organization_id), "name": "Shop",
        **values,
    }  # fmt: skip


def lines(*members):
    return "".join(json.dumps(each) + "\n" for each in members)


async def test_an_imported_string_works_with_its_scopes_and_metadata(faregate, ask, world):
    text, owner = foreign(), await world.caller()
    line = member(text, owner.organization_id, scopes=["forecast:read"], metadata={"tier": "gold"})

    result = await faregate(lines(line), DECLARED)
    verdict = await ask(text)

    assert result.exit_code == 0, result.output
    assert "1 keys imported, 0 were there already." in result.output
    assert (verdict["code"], verdict["credits"]["charged"]) == ("VALID", 1)
    principal = verdict["principal"]
    assert (principal["organization_id"], principal["user_id"]) == (
        str(owner.organization_id), str(owner.user_id),
    )  # fmt: skip
    assert (principal["scopes"], principal["metadata"]) == (["forecast:read"], {"tier": "gold"})
    assert (await ask(foreign()))["code"] == "NOT_FOUND"


async def test_the_owner_sees_the_prefix_and_rotates_to_a_string_of_ours(faregate, ask, client, world):
    text, owner = foreign(), await world.caller()
    await faregate(lines(member(text, owner.organization_id)), DECLARED)

    (listed,) = (await client.get(KEYS, headers=owner.headers)).json()["items"]
    rotated = await client.post(f"{KEYS}/{listed['id']}/rotate", headers=owner.headers)

    assert listed["prefix"] == text[:10]
    assert rotated.json()["api_key"].startswith("fg_live_")
    both = [await ask(each) for each in (text, rotated.json()["api_key"])]
    assert [verdict["code"] for verdict in both] == ["VALID"] * 2
    assert {verdict["principal"]["key_id"] for verdict in both} == {listed["id"]}


async def test_a_csv_file_is_read_alike(faregate, ask, world):
    text, owner = foreign(), await world.caller()
    columns = member(text, owner.organization_id, scopes="forecast:read blog_posts:read", credit_cap="5")
    table = f"{','.join(columns)}\n{','.join(columns.values())}\n"

    result = await faregate(table, DECLARED, name="keys.csv")

    assert result.exit_code == 0, result.output
    assert (await ask(text))["principal"]["scopes"] == ["blog_posts:read", "forecast:read"]


async def test_importing_again_changes_nothing(faregate, count, world):
    owner = await world.caller()
    file = lines(*(member(foreign(), owner.organization_id) for _ in range(3)))

    await faregate(file, DECLARED)
    again = await faregate(file, DECLARED)

    assert "0 keys imported, 3 were there already." in again.output
    assert await count(owner.organization_id) == 3


async def test_a_dry_run_checks_and_keeps_nothing(faregate, count, world):
    owner = await world.caller()

    result = await faregate(lines(member(foreign(), owner.organization_id)), DECLARED, "--dry-run")

    assert "1 keys would be imported" in result.output
    assert await count(owner.organization_id) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ["gate:verify"]},
        {"scopes": ["unheard:of"]},
        {"owner_email": "nobody-here@example.org"},
        {"organization_id": "00000000-0000-0000-0000-000000000000"},
        {"sha256": "abc"},
        {"unknown": 1},
    ],
    ids=["operator-scope", "scope", "owner", "organization", "digest", "member"],
)
async def test_one_bad_key_keeps_the_whole_file_out(faregate, count, world, change):
    owner = await world.caller()
    good, bad = (member(foreign(), owner.organization_id) for _ in range(2))

    result = await faregate(lines(good, bad | change), DECLARED)

    assert isinstance(result.exception, CommandError)
    assert await count(owner.organization_id) == 0


async def test_a_key_that_comes_twice_or_is_anothers_is_refused(faregate, count, world):
    mine, theirs = await world.caller(), await world.caller()
    text = foreign()

    twice = await faregate(lines(*[member(text, mine.organization_id)] * 2), DECLARED)
    await faregate(lines(member(text, theirs.organization_id)), DECLARED)
    stolen = await faregate(lines(member(text, mine.organization_id)), DECLARED)

    assert "comes twice" in str(twice.exception)
    assert "Another organization has this key" in str(stolen.exception)
    assert await count(mine.organization_id) == 0


async def test_without_the_declaration_nothing_is_imported(faregate, count, world):
    owner = await world.caller()

    result = await faregate(lines(member(foreign(), owner.organization_id)))

    assert "randomness" in str(result.exception)
    assert await count(owner.organization_id) == 0


async def test_an_import_is_told_once_per_organization(faregate, resources, world):
    owner = await world.caller()
    await faregate(lines(*(member(foreign(), owner.organization_id) for _ in range(2))), DECLARED)

    async with transaction(resources.engine) as session:
        query = select(AuditEvent).where(AuditEvent.organization_id == owner.organization_id)
        events = [event for event in await session.scalars(query) if event.action == "api_keys_imported"]

    assert [event.details for event in events] == [{"keys": 2}]
