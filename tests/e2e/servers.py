"""Real `faregate serve` processes for tests that need more than one, or that kill them."""

import subprocess
import sys
import time
from pathlib import Path

import httpx2
import psutil

from tests.conftest import ROOT
from tests.e2e.launch import clean_environment, free_port

START_SECONDS_MAX = 60


class Server:
    """A server process of its own on a database, on a port that stays the same over restarts."""

    def __init__(self, settings, folder, *, database_url=None, root=ROOT, host="127.0.0.1", **environment):
        secrets = settings.secrets
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self._log_path = Path(folder) / f"server-{self.port}.log"
        self._environment = clean_environment(
            FAREGATE_ENVIRONMENT="test",
            DATABASE_URL=database_url or settings.database.url.get_secret_value(),
            FAREGATE_SECRETS__API_KEY_PEPPER=secrets.api_key_pepper.get_secret_value(),
            FAREGATE_SECRETS__ENCRYPTION_KEY=secrets.encryption_key.get_secret_value(),
            FAREGATE_SESSIONS__ARGON2_MEMORY_KIB=str(settings.sessions.argon2_memory_kib),
            FAREGATE_HTTP__PUBLIC_URL=self.url,
            FAREGATE_LOGGING__LEVEL="warning",
        )
        self._environment.update(environment)
        self._root = root
        self._process = None

    def start(self):
        """Start the process; it answers a moment later."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_ready(self):
        """Wait until it is ready, but not for ever."""
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise TimeoutError(self.log())

    def log(self):
        """What it has written."""
        return self._log_path.read_text(errors="replace")

    @property
    def pid(self):
        """The process that has started the workers."""
        return self._process.pid

    def kill(self):
        """End the process and its workers at once, as a crash would: kill -9."""
        workers = psutil.Process(self._process.pid).children(recursive=True)
        for process in (*workers, self._process):
            process.kill()
        psutil.wait_procs(workers, timeout=10)
        self._process.wait(timeout=10)

    def stop(self):
        """End the process as an operator would, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)
