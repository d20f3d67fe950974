"""`.data/`: what development remembers between runs, readable by its owner alone."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from app.adapters.postmaster_pid_file import is_alive
from app.cli.development_credentials import DevelopmentPeople
from app.cli.errors import CommandError
from app.core.secret_box import KEY_BYTES

OWNER_ONLY = 0o600
PEOPLE_FILE = "people.json"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where a running `faregate run` is."""

    pid: int
    base_url: str
    database_url: str


class DevelopmentFolder:
    """The files of a data folder; a missing folder is made when the first is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def here(cls) -> Self:
        """`.data/` in the current folder."""
        return cls(Path.cwd() / ".data")

    def pepper(self) -> str:
        """The pepper of this folder, made at first use."""
        return self._remember("api_key_pepper", new_pepper)

    def encryption_key(self) -> str:
        """The encryption key of this folder, made at first use."""
        return self._remember("encryption_key", new_encryption_key)

    @property
    def mailbox(self) -> Path:
        """Where mails are kept instead of being sent."""
        return self.path / "mails"

    def announce(self, server: RunningServer) -> None:
        """Tell other commands where the running server is."""
        self._write("run.json", json.dumps(asdict(server)))

    def withdraw(self) -> None:
        """Tell other commands that it runs no more."""
        self._path_of("run.json").unlink(missing_ok=True)

    def running(self) -> RunningServer | None:
        """The running server, if its process lives."""
        text = self._read("run.json")
        if text is None:
            return None
        server = RunningServer(**json.loads(text))
        return server if is_alive(server.pid) else None

    def keep_people(self, people: DevelopmentPeople) -> None:
        """Keep the passwords for `faregate demo`."""
        self._write(PEOPLE_FILE, json.dumps(asdict(people)))

    def people(self) -> DevelopmentPeople | None:
        """The people of the development database, if this folder's run has seeded it."""
        text = self._read(PEOPLE_FILE)
        return None if text is None else DevelopmentPeople(**json.loads(text))

    def _remember(self, name: str, make: Callable[[], str]) -> str:
        text = self._read(name)
        if text is None:
            text = make()
            self._write(name, text)
        if not text:
            remedy = f"put back what was in it, or remove {self.path} to begin anew"
            message = f"{self._path_of(name)} is empty: {remedy}"
            raise CommandError(message)
        return text

    def _path_of(self, name: str) -> Path:
        return self.path / name

    def _read(self, name: str) -> str | None:
        try:
            return self._path_of(name).read_text()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble("read", error) from None

    def _write(self, name: str, text: str) -> None:
        """Write whole or not at all, for the owner alone from the first byte on."""
        part = self._path_of(f"{name}.part")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            part.rename(self._path_of(name))
        except OSError as error:
            raise self._trouble("write to", error) from None

    def _trouble(self, what: str, error: OSError) -> CommandError:
        return CommandError(f"cannot {what} {error.filename or self.path}: {error.strerror}")


def new_pepper() -> str:
    """A pepper of 288 random bits."""
    return secrets.token_urlsafe(36)


def new_encryption_key() -> str:
    """A random AES-256 key in base64url."""
    return secrets.token_urlsafe(KEY_BYTES)
