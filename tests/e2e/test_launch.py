"""A stranger types `make run`, pastes three lines, presses Ctrl-C, and comes back tomorrow."""

import json
import re
import socket
import time

import asyncpg
import httpx2
import pytest

from app.cli.seed import OPERATOR_EMAIL
from app.cli.web_server import SHUTDOWN_SECONDS_MAX
from tests.conftest import ENCRYPTION_KEY
from tests.e2e.launch import START_SECONDS_MAX, STOP_SECONDS_MAX, Launch, command, free_port, is_alive
from tests.factories.databases import own_database
from tests.folders import folder_of_our_own

pytestmark = pytest.mark.long

MOMENT_SECONDS = 0.5
"""After which a worker is there, and has not loaded the application yet."""


@pytest.fixture(scope="module")
def launched():
    """A first run in an empty folder."""
    with folder_of_our_own() as folder:
        launch = Launch(folder)
        try:
            launch.wait_for_panel()
            launch.pasted = [launch.paste(line) for line in launch.curl_lines()]
            yield launch
        finally:
            launch.press_ctrl_c()


@pytest.fixture
def folder():
    """An empty folder."""
    with folder_of_our_own() as path:
        yield path


def complaint(done):
    """The one line of a command that failed."""
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    return line


def test_the_three_lines_work_as_they_are_printed(launched):
    verdict, post = (json.loads(text) for text in launched.pasted[:2])
    balance, ledger = (json.loads(line) for line in launched.pasted[2].splitlines())

    assert (verdict["valid"], verdict["code"], verdict["credits"]["charged"]) == (True, "VALID", 1)
    assert post["status"] == "published"
    assert balance["available"] == 994
    assert [(entry["kind"], entry["amount"]) for entry in ledger["items"]] == [
        ("charge", -5),
        ("charge", -1),
        ("grant", 1000),
    ]


def test_the_panel_shows_where_everything_is_and_nobody_else_can_read_what_is_kept(launched):
    panel = launched.panel()

    assert panel["API"] == f"http://127.0.0.1:{launched.port}"
    assert panel["Docs"] == f"http://127.0.0.1:{launched.port}/docs"
    assert set(panel) == {"API", "Docs", "Mails", "Operator", "Owner", "Customer key", "Service key"}
    for name in ("api_key_pepper", "encryption_key", "people.json", "run.json", "lock"):
        assert (launched.folder / ".data" / name).stat().st_mode & 0o777 == 0o600


def test_no_secret_is_kept_in_clear_but_the_passwords_that_the_demo_needs(launched):
    panel = launched.panel()
    kept = [
        path.read_text()
        for path in (launched.folder / ".data").iterdir()
        if path.is_file() and path.name != "people.json"
    ]

    for secret in (panel["Customer key"], panel["Service key"], panel["Operator"].split()[1]):
        assert all(secret not in text for text in kept)


def test_the_demo_tells_its_story_to_the_402_and_the_429(launched):
    done = command(launched.folder, "demo")

    assert done.returncode == 0, done.stdout + done.stderr
    answers = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("   -> ")]
    assert answers[-1] == "429"
    assert "402" in answers
    assert "Every answer was as expected." in done.stdout
    for secret in (launched.panel()["Operator"].split()[1], launched.panel()["Owner"].split()[1]):
        assert secret not in done.stdout


def test_the_demo_fails_when_an_answer_differs(launched):
    people = {
        "FAREGATE_DEMO_OPERATOR_EMAIL": "operator@example.com",
        "FAREGATE_DEMO_OPERATOR_PASSWORD": "not the password at all",
        "FAREGATE_DEMO_OWNER_EMAIL": "owner@example.com",
        "FAREGATE_DEMO_OWNER_PASSWORD": "not the password at all",
    }

    done = command(launched.folder, "demo", **people)

    assert complaint(done).startswith("faregate: step 1 differs: expected 200 OK, got 401")


def test_a_mail_is_shown_on_the_mailbox_page_with_a_link_that_works(launched):
    base = f"http://127.0.0.1:{launched.port}"
    asked = httpx2.post(f"{base}/api/v1/auth/sign-up", json={"email": "grace@example.org"})
    mail = until_there(f"{base}/dev/mailbox", r'href="(/dev/mailbox/[^"]+)">Confirm')
    token = until_there(base + mail, r'href="http://127.0.0.1:\d+/[^"]*#token=([^"]+)"')

    done = httpx2.post(
        f"{base}/api/v1/auth/sign-up/link", json={"token": token, "password": "a long enough passphrase"}
    )

    assert asked.status_code == 202
    assert done.status_code == 201, done.text


def until_there(url, pattern):
    """What a page shows, a moment later."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        found = re.search(pattern, httpx2.get(url).text)
        if found is not None:
            return found[1]
        time.sleep(0.05)
    raise TimeoutError(url)


def test_other_commands_find_the_running_database(launched):
    created = command(
        launched.folder,
        "create-user",
        "new@example.org",
        "--password-stdin",
        stdin="a long enough password\n",
    )

    assert created.returncode == 0, created.stderr
    assert "new@example.org" in created.stdout


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(launched):
    done = command(launched.folder, "run", "--port", "0")

    assert complaint(done).startswith("faregate: FAREGATE_HTTP__PORT ")
    second = Launch(launched.folder)
    assert second.process.wait(30) == 1
    (line,) = second.output.splitlines()
    assert line.endswith(f"is in use by another run (process {launched.process.pid}); stop that one first")
    assert launched.is_answering()


def test_a_port_that_is_taken_is_named(launched, folder):
    done = command(folder, "run", "--port", str(launched.port))

    assert complaint(done) == (
        f"faregate: cannot listen on 127.0.0.1:{launched.port}: Address already in use;"
        " choose another port with --port"
    )
    assert not (folder / ".data").exists()


def test_a_port_taken_by_a_silent_program_is_noticed_too(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = command(folder, "run", "--port", str(other.getsockname()[1]))

    assert "Address already in use" in complaint(done)


def test_a_folder_that_cannot_be_written_is_named(folder):
    (folder / ".data").write_text("")

    launch = Launch(folder)

    assert launch.process.wait(30) == 1
    (line,) = launch.output.splitlines()
    assert line == f"faregate: cannot write to {folder / '.data'}: File exists"


def test_a_postgresql_that_does_not_start_is_told_in_a_line(folder):
    cluster = folder / ".data" / "postgres"
    cluster.mkdir(parents=True, mode=0o700)
    (cluster / "PG_VERSION").write_text("7\n")

    launch = Launch(folder)

    assert launch.process.wait(30) == 1
    (line,) = launch.output.splitlines()
    assert line.startswith("faregate: PostgreSQL does not start: ")


def test_a_database_that_cannot_be_reached_ends_the_run_in_a_line(folder):
    url = f"postgresql://nobody@/nothing?host={folder}"

    done = command(folder, "run", "--port", str(free_port()), DATABASE_URL=url)

    assert complaint(done).startswith("faregate: the database cannot be migrated: ")


async def test_with_a_database_url_nothing_is_embedded_or_seeded(folder, database_url):
    # Of its own: what is started here works on all mails that wait in its database.
    async with own_database(database_url) as url:
        launch = Launch(folder, DATABASE_URL=url, FAREGATE_SECRETS__ENCRYPTION_KEY=ENCRYPTION_KEY)
        try:
            launch.wait_for_panel()
        finally:
            launch.press_ctrl_c()
        connection = await asyncpg.connect(url)
        seeded = await connection.fetchval("SELECT count(*) FROM users WHERE email = $1", OPERATOR_EMAIL)
        await connection.close()

    assert seeded == 0
    assert set(launch.panel()) == {"API", "Docs", "Mails", "Accounts"}
    assert {path.name for path in (folder / ".data").iterdir()} == {"api_key_pepper"}
    assert launch.process.returncode == 0
    assert "rror" not in launch.output


def test_ctrl_c_while_it_starts_is_obeyed_at_once(folder):
    launch = Launch(folder)
    launch.wait_for_announcement()
    time.sleep(MOMENT_SECONDS)

    seconds = launch.press_ctrl_c()

    assert launch.process.returncode == 0
    assert "refused to gracefully stop" not in launch.output
    assert seconds < SHUTDOWN_SECONDS_MAX


def test_it_stops_whole_and_comes_back_with_everything(folder):
    first = Launch(folder)
    first.wait_for_panel()
    verify = first.curl_lines()[0]
    postgres_pid = first.postgres_pid

    first.press_ctrl_c()

    assert first.process.returncode == 0
    assert "Traceback" not in first.output
    assert not is_alive(postgres_pid)
    assert not first.is_answering()

    second = Launch(folder, port=first.port)
    second.wait_for_panel()
    assert set(second.panel()) == {"API", "Docs", "Mails", "Passwords", "Keys"}
    assert json.loads(second.paste(verify))["credits"] == {"charged": 1, "remaining": 999}

    second.kill()
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while second.is_answering():
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)

    third = Launch(folder, "--new-keys", port=first.port)
    third.wait_for_panel()
    assert set(third.panel()) == {"API", "Docs", "Mails", "Customer key", "Service key"}
    assert json.loads(third.paste(verify))["credits"] == {"charged": 1, "remaining": 998}
    assert json.loads(third.paste(third.curl_lines()[0]))["credits"] == {"charged": 1, "remaining": 997}
    postgres_pid = third.postgres_pid

    third.terminate()

    assert third.process.returncode == 0
    assert not is_alive(postgres_pid)
