"""Dockerfile, compose.yaml, workflow and .env.example are checked here: no engine to run them is needed."""

import json
import os
import re
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml

from app.core.settings import Settings, SettingsGroup

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
WORKFLOW_TEXT = (ROOT / ".github/workflows/ci.yml").read_text()
WORKFLOW = yaml.safe_load(WORKFLOW_TEXT)
MAKEFILE = (ROOT / "Makefile").read_text()
NOT_SETTINGS = {"POSTGRES_PASSWORD"}


def instructions(name):
    """The arguments of every `name` instruction of the Dockerfile, continued lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(name + " ")]


def variables():
    """Every environment variable of the settings, with its default as text."""
    names = {}
    with patch.dict(os.environ, {"PATH": os.environ["PATH"]}, clear=True):
        settings = Settings()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SettingsGroup):
            dumped = value.model_dump(mode="json")
            names |= {f"FAREGATE_{name}__{member}".upper(): as_text(dumped[member]) for member in dumped}
        else:
            names[f"FAREGATE_{name}".upper()] = str(value)
    return names


def as_text(value):
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.removesuffix(".0").removesuffix("/") if not text.startswith(("[", "{")) else text


def examples():
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(re.findall(r"^(?:# )?([A-Z_0-9]+)=(.*)$", "\n".join(lines), re.MULTILINE))


def make_targets():
    return set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_example_environment_names_every_setting_with_its_default_and_nothing_else():
    given = {name: value for name, value in examples().items() if name not in NOT_SETTINGS}

    assert given == variables()


def test_the_example_environment_is_read_as_the_defaults():
    clean = {"PATH": os.environ["PATH"]}
    with patch.dict(os.environ, clean, clear=True):
        defaults = Settings()
    with patch.dict(os.environ, clean | examples(), clear=True):
        assert Settings() == defaults


def test_the_configuration_page_names_every_setting_with_its_default_and_nothing_else():
    page = (ROOT / "docs/configuration.md").read_text()

    rows = dict(re.findall(r"^\| `(FAREGATE_\w+)` \| (?:`(.*?)`)? ?\|", page, re.MULTILINE))

    assert rows == variables()


def test_no_example_holds_a_secret():
    assert all(not value for name, value in examples().items() if name.endswith(("_PASSWORD", "_KEY")))
    assert examples()["FAREGATE_SECRETS__API_KEY_PEPPER"] == ""


def test_the_image_runs_as_a_user_without_privileges():
    assert instructions("USER") == ["1001"]
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert last_stage.index("\nUSER ") < last_stage.index("\nENTRYPOINT ")


def test_the_image_is_slim_of_a_named_version_and_built_in_stages():
    bases = [line.split()[0] for line in instructions("FROM")]

    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim", base) for base in bases)
    assert not instructions("ADD")


def test_the_image_installs_only_what_is_locked():
    (install,) = [line for line in instructions("RUN") if "pip install" in line]

    assert "--require-hashes" in install
    assert "--no-cache-dir" in install


def test_everything_the_image_copies_is_there_and_sent_to_the_builder():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copies = [line for line in instructions("COPY") if not line.startswith("--from=")]

    for source in (word for line in copies for word in line.split()[:-1]):
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored or f"!{source}/" in ignored


def test_the_health_check_and_the_commands_exist():
    (health,) = instructions("HEALTHCHECK")
    command = json.loads(health[health.index("[") :])
    commands = {command[-1], *json.loads(instructions("CMD")[0])}
    commands |= {service["command"][0] for service in COMPOSE["services"].values() if "command" in service}
    available = (ROOT / "app/cli/main.py").read_text()

    assert command[:3] == ["python", "-m", "app.cli"] == json.loads(instructions("ENTRYPOINT")[0])
    assert command[-1] == "check-health"
    assert all(f'"{name}": "app.cli.' in available for name in commands)


def test_compose_requires_its_secrets_and_writes_none_down():
    environment = COMPOSE["services"]["api"]["environment"]

    for secret in ("API_KEY_PEPPER", "ENCRYPTION_KEY"):
        name = f"FAREGATE_SECRETS__{secret}"
        assert environment[name].startswith(f"${{{name}:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert environment["FAREGATE_ENVIRONMENT"] == "production"
    assert {name for name in environment if name.startswith("FAREGATE")} <= set(variables())


def test_compose_migrates_before_it_serves_and_waits_for_the_database():
    services = COMPOSE["services"]

    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "ports" not in services["database"]
    for service in (services["api"], services["worker"], services["migrate"]):
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_the_workflow_runs_the_same_make_targets_on_every_python_that_is_supported():
    job = WORKFLOW["jobs"]["test"]
    runs = [step["run"] for step in job["steps"] if "run" in step]

    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    installing, *making = runs
    assert installing.startswith("sudo apt-get update")
    assert [run.split()[:2] for run in making] == [
        ["make", "check"],
        ["make", "test"],
        ["make", "coverage"],
        ["make", "prove"],
    ]
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_every_action_is_pinned_to_a_commit_and_says_its_version():
    uses = re.findall(r"uses: (.+)", WORKFLOW_TEXT)

    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout

    targets = set(re.findall(r"^  make ([\w-]+) ", listed, re.MULTILINE))
    assert targets == {
        *("help", "run", "test", "prove", "torture", "check"),
        *("bench", "coverage", "docs", "migrate", "demo", "new-adr", "lock"),
    }
    assert targets == make_targets()


@pytest.mark.parametrize("path", [".ci/run", ".github/workflows/ci.yml", "README.md"])
def test_every_make_target_that_is_named_exists(path):
    named = re.findall(r"^\s*(?:- run: )?make ([a-z]+)", (ROOT / path).read_text(), re.MULTILINE)

    assert named
    assert set(named) <= make_targets()


def test_no_lock_names_a_package_index_and_every_package_is_hashed():
    """SEC-68."""
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        packages = re.split(r"\n(?=\S)", text.strip())
        assert "://" not in text
        assert "index-url" not in text
        assert all("--hash=sha256:" in package for package in packages)
    assert not (ROOT / "uv.lock").exists()


def test_ci_stops_at_the_first_failure():
    script = ROOT / ".ci/run"

    assert "set -euo pipefail" in script.read_text()
    assert os.access(script, os.X_OK)
