"""Real proxies, started with the configuration that the recipe prints."""

import asyncio
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.documents import Document
from tests.e2e.launch import free_port

START_SECONDS_MAX = 20
PORTS = re.compile(r"(?<=[:\s])(8080|8000|8001|9000)\b")


@dataclass(frozen=True)
class Recipe:
    """How a proxy is started from the blocks of its page, by their language."""

    files: dict[str, str]
    command: tuple[str, ...]


RECIPES = {
    "nginx": Recipe(
        {"nginx": "nginx.conf"},
        ("nginx", "-p", "{folder}", "-c", "{folder}/nginx.conf", "-e", "stderr", "-g", "daemon off;"),
    ),
    "caddy": Recipe(
        {"caddyfile": "Caddyfile"},
        ("caddy", "run", "--adapter", "caddyfile", "--config", "{folder}/Caddyfile"),
    ),
    "haproxy": Recipe(
        {"haproxy": "haproxy.cfg", "lua": "faregate.lua"},
        ("haproxy", "-db", "-f", "{folder}/haproxy.cfg"),
    ),
}


def require_installed(name: str) -> None:
    """Go on only where the proxy is; where they are required, its absence is a failure."""
    if shutil.which(name) is not None:
        return
    reason = f"{name} is missing: its recipe is not tested (apt-get install nginx-light caddy haproxy)"
    if os.environ.get("FAREGATE_TEST_PROXIES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


class RunningProxy:
    """A proxy between clients, Faregate and an API."""

    def __init__(self, name: str, folder: Path, *, faregate: int, second: int, api: int) -> None:
        self.name = name
        self.port = free_port()
        self._recipe = RECIPES[name]
        self._folder = folder
        self._ports = {"8080": self.port, "8000": faregate, "8001": second, "9000": api}
        self._log_path = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Write the files, start the process, and wait until it listens."""
        for language, text in self._blocks():
            (self._folder / self._recipe.files[language]).write_text(self._at_home(text))
        command = [part.format(folder=self._folder) for part in self._recipe.command]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder)}
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        async with asyncio.timeout(START_SECONDS_MAX):
            while not await self._is_listening():
                assert self._process.poll() is None, self._log_path.read_text()
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        """End the process as its service manager would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)

    def _blocks(self) -> list[tuple[str, str]]:
        page = Document(f"docs/recipes/{self.name}.md")
        found = [
            (block.language, block.text) for block in page.blocks if block.language in self._recipe.files
        ]
        assert sorted(language for language, _ in found) == sorted(self._recipe.files)
        return found

    def _at_home(self, text: str) -> str:
        """The page's text with the ports and the folder of this test, and its second node there."""
        text = PORTS.sub(lambda match: str(self._ports[match[1]]), text)
        text = re.sub(r"# (server [^;]+;).*", r"\1", text)
        text = text.replace("/etc/haproxy/", f"{self._folder}/")
        return text.replace(
            "http {\n", f"pid {self._folder}/pid;\nhttp {{\n    access_log off;\n{self._temporary()}", 1
        )

    def _temporary(self) -> str:
        """Where nginx keeps bodies: Debian's folder belongs to its service."""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        return "".join(f"    {kind}_temp_path {self._folder}/{kind};\n" for kind in kinds)

    async def _is_listening(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionError:
            return False
        writer.close()
        return True
