"""A `faregate prepare` under way."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from app.cli.development_credentials import DevelopmentCredentials


class Preparation:
    """Runs `faregate prepare` beside the starting server."""

    def __init__(self, *options: str) -> None:
        self._command = [sys.executable, "-m", "app.cli", "prepare", *options]
        self._process: subprocess.Popen[str] | None = None
        self.failed = False

    def begin(self) -> None:
        """Start it, deaf to the terminal's Ctrl-C: `stop()` is for that."""
        self._process = subprocess.Popen(  # noqa: S603 -- our own command
            self._command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def finish(self) -> DevelopmentCredentials | None:
        """Wait for it; what is to be shown once, if anything. When it fails it has said why: we stop too."""
        if self._process is None:
            return None
        answer, _ = self._process.communicate()
        if self._process.returncode != 0:
            self.failed = True
            os.kill(os.getpid(), signal.SIGTERM)
            return None
        credentials: dict[str, Any] | None = json.loads(answer)
        return None if credentials is None else DevelopmentCredentials.of(credentials)

    def stop(self) -> None:
        """Give up, if it still runs: a migration is undone whole."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
