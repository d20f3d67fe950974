"""Real `faregate` processes, started as a person starts them."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 15
COMMAND = [sys.executable, "-m", "app.cli"]


def clean_environment(**variables):
    """This process's environment without any setting of Faregate's."""
    names = [name for name in os.environ if not name.startswith("FAREGATE_") and name != "DATABASE_URL"]
    return {name: os.environ[name] for name in names} | {"NO_COLOR": "1"} | variables


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(folder, *arguments, stdin="", **variables):
    """Run a command to its end in `folder`."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=clean_environment(**variables),
        input=stdin,
        capture_output=True,
        check=False,
        text=True,
        timeout=START_SECONDS_MAX,
    )


def is_alive(pid):
    """Whether a process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Launch:
    """A `faregate run` in a folder, on a port of its own, in a terminal's foreground process group."""

    def __init__(self, folder, *arguments, port=None, **variables):
        self.folder = Path(folder)
        self.port = port or free_port()
        self._log_path = self.folder / f"run-{self.port}-{time.monotonic_ns()}.log"
        self._begun = time.monotonic()
        with self._log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "run", "--port", str(self.port), *arguments],
                cwd=folder,
                env=clean_environment(**variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self):
        """All it has printed."""
        return self._log_path.read_text()

    @property
    def postgres_pid(self):
        """Its PostgreSQL's process."""
        return int((self.folder / ".data/postgres/postmaster.pid").read_text().splitlines()[0])

    def wait_for_panel(self):
        """Wait for the panel and, the first time, the lines after it; the seconds since the start."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.is_welcoming():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)
        return time.monotonic() - self._begun

    def wait_for_announcement(self):
        """Wait until it tells other commands where it is: its worker is started next."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while not (self.folder / ".data/run.json").exists():
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def is_welcoming(self):
        """Whether all of the panel is there."""
        _, _, rest = self.output.partition("Faregate is ready")
        return "Ctrl-C stops it" in rest and ("Customer key" not in rest or len(self.curl_lines()) == 3)

    def panel(self):
        """The rows of the panel."""
        return dict(re.findall(r"^│ (\w+(?: key)?) {2,}(.+?) *│$", self.output, re.MULTILINE))

    def curl_lines(self):
        """The whole lines to paste."""
        return re.findall(r"^(curl .*)\n", self.output, re.MULTILINE)

    def paste(self, line):
        """What a shell prints for a line."""
        done = subprocess.run(["bash", "-c", line], capture_output=True, check=False, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def press_ctrl_c(self):
        """Signal the foreground process group as a terminal does; the seconds until it ended."""
        return self._end(lambda: os.killpg(self.process.pid, signal.SIGINT))

    def terminate(self):
        """SIGTERM, to the process alone."""
        return self._end(self.process.terminate)

    def kill(self):
        """SIGKILL, to the process alone: it can clean nothing up."""
        return self._end(self.process.kill)

    def _end(self, send):
        begun = time.monotonic()
        send()
        self.process.wait(STOP_SECONDS_MAX)
        return time.monotonic() - begun

    def is_answering(self):
        """Whether anybody answers on its port."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
