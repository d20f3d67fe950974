"""Packages that must not be used: abandoned ones, and versions with holes that are known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from standards.project import Project

ABANDONED = {
    "python-jose": "CVE-2024-33663, silent for years: joserfc",
    "passlib": "last release in 2020: argon2-cffi",
    "pycrypto": "dead since 2014: cryptography",
    "fastapi-jwt-auth": "last release in 2020: joserfc",
    "aioredis": "part of redis since 2022",
    "databases": "archived: SQLAlchemy's own asyncio",
    "nose": "dead since 2015: pytest",
}
MODULES = {
    "jose": "python-jose",
    "passlib": "passlib",
    "Crypto": "pycrypto",
    "fastapi_jwt_auth": "fastapi-jwt-auth",
}
FLOORS = {
    "starlette": ("1.3.1", "CVE-2026-54283"),
    "python-multipart": ("0.0.31", "CVE-2026-53540"),
    "pyjwt": ("2.13", "CVE-2026-48522"),
    "joserfc": ("1.7.2", "GHSA-5jhw-7jv7-qcqq"),
    "authlib": ("1.7.1", "CVE-2026-44681"),
    "fastapi-users": ("15.0.2", "CVE-2025-68481"),
    "fastapi-sso": ("0.19.0", "CVE-2025-14546"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "h11": ("0.16", "CVE-2025-43859"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "aiohttp": ("3.12.14", "CVE-2025-53643"),
    "gunicorn": ("23", "CVE-2024-6827"),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "urllib3": ("2.5", "CVE-2025-50181"),
}
PINNED = re.compile(
    r"^\s*[\"']?(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:(?P<by>==|>=|~=)\s*(?P<version>[\d.]+))?"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A line that asks for a package."""

    path: str
    line: int
    column: int
    name: str
    version: str | None
    """What is pinned; None where a range leaves it open."""


def requirements_of(project: Project) -> Iterator[Requirement]:
    """Every package that the project's lists name."""
    for path, text in project.files.items():
        if path.endswith((".txt", ".in")):
            for number, line in enumerate(text.splitlines(), 1):
                match = None if line.startswith((" ", "#", "-")) else PINNED.match(line)
                if match is not None:
                    yield requirement(path, number, match)
        elif path.endswith("pyproject.toml"):
            for number, line in enumerate(text.splitlines(), 1):
                match = PINNED.match(line) if re.match(r"\s+[\"'][A-Za-z0-9]", line) else None
                if match is not None:
                    yield requirement(path, number, match)


def requirement(path: str, line: int, match: re.Match[str]) -> Requirement:
    """One of them, its name as the index spells it (PEP 503)."""
    name = re.sub(r"[-_.]+", "-", match["name"]).lower()
    pinned = match["version"] if match["by"] == "==" else None
    return Requirement(path, line, match.start("name") + 1, name, pinned)


def is_older(version: str, floor: str) -> bool:
    """Whether a version is below another, by its numbers."""
    return numbers(version) < numbers(floor)


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())
