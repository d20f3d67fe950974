"""`faregate create-user` and `create-operator`, as a person at a terminal meets them."""

import asyncio
import re
import secrets

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli.errors import CommandError
from app.cli.main import make_cli
from app.core.database import transaction
from app.models import Membership, Organization, User
from tests.factories.account import PASSWORD

LOGIN = "/api/v1/auth/login"


def an_email() -> str:
    return f"cli-{secrets.token_hex(8)}@example.org"


@pytest.fixture
def faregate(monkeypatch, tmp_path, database_url):
    """Runs a command against the test database, in an empty folder, as its own process would."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    async def run(*arguments, stdin=b""):
        # In a thread, because a command brings an event loop of its own.
        return await asyncio.to_thread(CliRunner().invoke, make_cli(arguments), arguments, input=stdin)

    return run


async def find_user(resources, email) -> User | None:
    async with transaction(resources.engine) as session:
        return await session.scalar(select(User).where(User.email == email))


async def sign_in(client, email, password) -> int:
    return (await client.post(LOGIN, json={"email": email, "password": password})).status_code


async def test_a_user_is_created_with_a_random_password_that_is_shown_once_and_works(faregate, client):
    email = an_email()

    result = await faregate("create-user", email)

    assert result.exit_code == 0, result.output
    (password,) = re.findall(r"Password \(shown once\): (\S+)", result.stdout)
    assert len(password) >= 15
    assert await sign_in(client, email, password) == 200


async def test_a_password_from_standard_input_is_kept_as_it_is_and_not_shown(faregate, client):
    email, password = an_email(), f"  {PASSWORD} \u00e9 "

    result = await faregate("create-user", email, "--password-stdin", stdin=f"{password}\n".encode())

    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert await sign_in(client, email, password) == 200
    assert await sign_in(client, email, password.strip()) == 401


async def test_the_organization_is_called_as_asked(faregate, resources):
    email = an_email()

    await faregate("create-user", email, "--organization", "Weather & Sons")

    user = await find_user(resources, email)
    async with transaction(resources.engine) as session:
        names = await session.scalars(
            select(Organization.name).join(Membership).where(Membership.user_id == user.id)
        )
        assert names.all() == ["Weather & Sons"]


async def test_the_address_is_kept_in_its_canonical_form(faregate, resources):
    email = an_email()

    await faregate("create-user", f" {email.upper()} ")

    assert await find_user(resources, email) is not None


async def test_creating_a_user_twice_changes_nothing_and_says_so(faregate, resources):
    email = an_email()
    await faregate("create-user", email)
    before = await find_user(resources, email)

    result = await faregate("create-user", email.upper(), "--password-stdin", stdin=PASSWORD.encode())

    assert result.exit_code == 0
    assert "has an account already. Nothing was changed." in result.stdout
    assert "Password" not in result.stdout
    assert (await find_user(resources, email)).hashed_password == before.hashed_password


async def test_an_operator_may_do_what_operators_do(faregate, client, resources):
    """SEC-14."""
    email = an_email()

    result = await faregate("create-operator", email, "--password-stdin", stdin=PASSWORD.encode())

    assert result.exit_code == 0, result.output
    tokens = (await client.post(LOGIN, json={"email": email, "password": PASSWORD})).json()
    listed = await client.get("/api/v1/users", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert listed.status_code == 200
    again = await faregate("create-operator", email)
    assert (again.exit_code, "Nothing was changed." in again.stdout) == (0, True)


async def test_a_user_is_not_made_an_operator_by_the_way(faregate, resources):
    email = an_email()
    await faregate("create-user", email)

    result = await faregate("create-operator", email)

    assert isinstance(result.exception, CommandError)
    assert "is not an operator" in str(result.exception)
    assert not (await find_user(resources, email)).is_operator


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["no-address"], b"", "EMAIL must be an e-mail address"),
        (["ow\u200bner@example.org"], b"", "EMAIL must not contain invisible"),
        (["{email}", "--password-stdin"], b"", "no password on standard input"),
        (["{email}", "--password-stdin"], b"\n", "no password on standard input"),
        (["{email}", "--password-stdin"], b"fourteen chars\n", "at least 15 characters"),
        (["{email}", "--password-stdin"], b"p" * 257, "at most 256 characters"),
        (["{email}", "--password-stdin"], b"\xff" * 20, "not UTF-8"),
        (["{email}", "--password-stdin"], b"it is {email} indeed", "Must not contain the e-mail address"),
        (["{email}", "--organization", " "], b"", "--organization must have"),
        (["{email}", "--organization", "x" * 101], b"", "--organization must have"),
    ],
)
async def test_what_cannot_be_is_told_in_a_line_and_creates_nothing(
    faregate, resources, arguments, stdin, message
):
    email = an_email()
    filled = [argument.replace("{email}", email) for argument in arguments]

    result = await faregate("create-user", *filled, stdin=stdin.replace(b"{email}", email.encode()))

    assert isinstance(result.exception, CommandError)
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)
    assert await find_user(resources, email) is None


@pytest.mark.parametrize("command", ["create-user", "create-operator"])
async def test_a_database_without_tables_is_told_in_a_line(faregate, monkeypatch, database_url, command):
    address, question, parameters = database_url.partition("?")
    monkeypatch.setenv("DATABASE_URL", f"{address.rpartition('/')[0]}/postgres{question}{parameters}")

    result = await faregate(command, an_email())

    assert isinstance(result.exception, CommandError)
    assert "faregate migrate" in str(result.exception)
