"""`faregate serve`, as production starts it: real processes on the test database."""

import http.client
import signal
import socket
import subprocess

import pytest

from tests.conftest import ENCRYPTION_KEY
from tests.e2e.launch import COMMAND, clean_environment, command, free_port


@pytest.fixture(scope="module")
def production(tmp_path_factory, database_url):
    """The environment of a production node, its secrets made by `generate-secrets`."""
    made = command(tmp_path_factory.mktemp("secrets"), "generate-secrets")
    lines = [line.partition("=") for line in made.stdout.splitlines()]
    secrets = {name: value.strip('"') for name, _, value in lines}
    # The database's signing keys are read with the key of all tests.
    secrets["FAREGATE_SECRETS__ENCRYPTION_KEY"] = ENCRYPTION_KEY
    return {"FAREGATE_ENVIRONMENT": "production", "DATABASE_URL": database_url, **secrets}


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def complaints(done):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return [line.removeprefix("faregate: ") for line in done.stderr.splitlines()]


@pytest.mark.parametrize("name", ["serve", "run"])
def test_production_without_settings_refuses_to_boot_and_names_each_missing_one(tmp_path, name):
    done = command(tmp_path, name, FAREGATE_ENVIRONMENT="production")

    assert complaints(done) == [
        "FAREGATE_DATABASE__URL is missing (DATABASE_URL will do)",
        "FAREGATE_SECRETS__API_KEY_PEPPER is missing",
        "FAREGATE_SECRETS__ENCRYPTION_KEY is missing",
    ]
    assert not (tmp_path / ".data").exists()


def test_development_without_a_database_is_told_of_run(tmp_path):
    (line,) = complaints(command(tmp_path, "serve"))

    assert "DATABASE_URL" in line
    assert "`faregate run`" in line


def test_a_wrong_setting_is_named_by_its_variable(tmp_path):
    (line,) = complaints(command(tmp_path, "serve", FAREGATE_HTTP__PORT="eighty"))

    assert line.startswith("FAREGATE_HTTP__PORT input should be a valid integer")


def test_a_dot_env_file_is_read_and_the_environment_wins(tmp_path):
    (tmp_path / ".env").write_text("FAREGATE_HTTP__PORT=eighty\nFAREGATE_HTTP__WORKERS=none\n")

    (line,) = complaints(command(tmp_path, "serve", FAREGATE_HTTP__PORT="80"))

    assert line.startswith("FAREGATE_HTTP__WORKERS ")


def test_it_serves_checks_its_health_and_stops(tmp_path, production):
    port = free_port()
    here = {**production, "FAREGATE_HTTP__PORT": str(port)}
    server = subprocess.Popen(
        [*COMMAND, "serve"], cwd=tmp_path, env=clean_environment(**here), stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(port, server)
        healthy = command(tmp_path, "check-health", **here)
        docs, _ = get(port, "/docs")
        document, _ = get(port, "/openapi.json")
    finally:
        server.send_signal(signal.SIGTERM)
        _, warnings = server.communicate(timeout=15)

    assert healthy.returncode == 0, healthy.stderr
    assert (docs, document) == (404, 404)
    assert server.returncode == 0
    assert "FAREGATE_HTTP__PUBLIC_URL is not https" in warnings
    assert "FAREGATE_HTTP__TRUSTED_HOSTS accepts every Host header" in warnings
    assert not (tmp_path / ".data").exists()


def test_the_health_check_fails_on_a_503(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        check = subprocess.Popen(
            [*COMMAND, "check-health"],
            cwd=tmp_path,
            env=clean_environment(FAREGATE_HTTP__PORT=str(port)),
            stderr=subprocess.PIPE,
        )
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        _, words = check.communicate(timeout=15)

    assert check.returncode == 1
    assert words.decode() == f"faregate: http://127.0.0.1:{port} is not ready\n"


def test_the_health_check_fails_when_nobody_answers(tmp_path):
    done = command(tmp_path, "check-health", FAREGATE_HTTP__PORT=str(free_port()))

    assert done.returncode == 1


def wait_for(port, server):
    for _ in range(600):
        assert server.poll() is None
        try:
            if get(port, "/health/ready")[0] == 200:
                return
        except OSError:
            pass
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail("the server is not ready")
