"""Every command in the documentation is run, as a newcomer would, against one server of `faregate run`.

The blocks of a page run in their order in one shell, so a variable set in one is there in the next. In a
`console` block a line that begins with `$ ` is a command and the lines after it are what it must print, where
`...` stands for anything.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.docs.documents import ROOT, documents
from tests.e2e.launch import Launch, clean_environment

LANGUAGES = ("bash", "console")
LOCAL_URL = "http://127.0.0.1:8000"
END_OF_OUTPUT = "\x1e"
HANDED_DOWN = ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL")
NOT_RUN = {
    "make run": "it serves until it is stopped; this test starts its server with the same command",
    "make test": "it is what runs this test",
    "make torture": "it takes minutes, and git's history; a short form of each of its tests is run",
    "make check": "it is the other half of .ci/run",
    "make lock": "it asks the package index for newer versions",
    "make migrate\n.venv/bin/alembic": "it writes a migration; tests/docs/test_first_entity.py does so",
    "python3 -m venv": "it downloads from a package index",
    ".venv/bin/faregate check ": "it is part of make check",
    ".venv/bin/faregate new ": "it edits a checkout; tests/standards/generator/test_generated.py has one",
    "faregate serve": "it serves until it is stopped; tests/cli/test_serve.py is about it",
    "faregate send-test-mail": "it needs a mail server; tests/cli/test_send_test_mail.py has one",
    "faregate worker": "it works until it is stopped; tests/e2e/test_worker.py is about it",
    "docker ": "it needs a container engine; tests/test_deployment.py is about its files",
}
"""How blocks begin that are only checked for their syntax, and why."""


def commands_of(block):
    """Each command of a block with the output that is promised for it, None for any."""
    if block.language == "bash":
        return [(block.text, None)]
    told = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert told[0] == "", "a console block begins with a command"
    return [tuple(each.split("\n", 1)) for each in told[1:]]


def is_run(block):
    return not block.text.removeprefix("$ ").startswith(tuple(NOT_RUN))


def pages():
    """The documents that have commands."""
    return [page for page in documents() if any(block.language in LANGUAGES for block in page.blocks)]


def as_promised(promised, printed):
    """Whether this output is the one in the document."""
    pattern = ".*?".join(map(re.escape, promised.strip().split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def environment():
    """This process's own without what a `make test` hands down to the commands below it."""
    return {name: value for name, value in clean_environment().items() if name not in HANDED_DOWN}


class Newcomer:
    """Somebody in a fresh checkout with `make run` beside them."""

    def __init__(self, folder):
        self.folder = folder
        venv = folder / ".venv"
        venv.mkdir()
        for name in ("bin", "lib", "pyvenv.cfg"):
            (venv / name).symlink_to(Path(sys.prefix) / name)
        for name in ("Makefile", "requirements"):
            (folder / name).symlink_to(ROOT / name)
        (venv / ".installed").touch()
        self.server = Launch(folder)
        self.server.wait_for_panel()

    def fill_in(self, text):
        """Put what the panel shows in the place of what stands for it."""
        panel = self.server.panel()
        owner, operator = panel["Owner"].split()[1], panel["Operator"].split()[1]
        database_url = json.loads((self.folder / ".data" / "run.json").read_text())["database_url"]
        for name, value in {
            "SERVICE_KEY": panel["Service key"],
            "CUSTOMER_KEY": panel["Customer key"],
            "OWNER_PASSWORD": owner,
            "OPERATOR_PASSWORD": operator,
            "DATABASE_URL": database_url,
        }.items():
            text = re.sub(rf"\b{name}='[^']*\.\.\.[^']*'", f"{name}='{value}'", text)
        return text.replace(LOCAL_URL, panel["API"])

    def follow(self, page):
        """Run a page's commands in one shell; each with what was promised and what was printed."""
        told = [
            each
            for block in page.blocks
            if block.language in LANGUAGES and is_run(block)
            for each in commands_of(block)
        ]
        script = "".join(f"{self.fill_in(command)}\nprintf '{END_OF_OUTPUT}'\n" for command, _ in told)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        *printed, rest = done.stdout.split(END_OF_OUTPUT)
        assert done.returncode == 0, f"{told[len(printed)][0]}\nprinted\n{rest}"
        return [
            (command, promised, output) for (command, promised), output in zip(told, printed, strict=True)
        ]

    def wait_a_minute(self):
        """Let every limit be full again."""
        database_url = json.loads((self.folder / ".data" / "run.json").read_text())["database_url"]
        asyncio.run(empty_buckets(database_url))


async def empty_buckets(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM rate_limit_states")
    await connection.close()


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    somebody = Newcomer(tmp_path_factory.mktemp("newcomer"))
    yield somebody
    somebody.server.press_ctrl_c()


@pytest.mark.long
def test_every_command_does_what_its_page_says(newcomer, subtests):
    for page in sorted(pages(), key=lambda page: page.name != "README.md"):
        newcomer.wait_a_minute()
        with subtests.test(page.name):
            for command, promised, printed in newcomer.follow(page):
                assert promised is None or as_promised(promised, printed), f"{command}\nprinted\n{printed}"


def test_every_command_is_a_command(subtests):
    for page in pages():
        for block in page.blocks:
            if block.language in LANGUAGES:
                script = "\n".join(command for command, _ in commands_of(block))
                done = subprocess.run(
                    ["bash", "-n"], input=script, capture_output=True, text=True, check=False
                )
                with subtests.test(f"{page.name}:{block.line}"):
                    assert done.returncode == 0, done.stderr


def test_what_is_not_run_is_there():
    blocks = [block for page in pages() for block in page.blocks if block.language in LANGUAGES]

    unneeded = [start for start in NOT_RUN if not any(block.text.startswith(start) for block in blocks)]

    assert unneeded == []
