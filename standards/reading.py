"""Reading a project from a folder."""

from pathlib import Path

from standards.configuration import Configuration
from standards.errors import CheckError
from standards.project import Project

OTHER_FILES = ("pyproject.toml", "Dockerfile", "requirements.txt", "alembic.ini")
OTHER_PATTERNS = (
    "*/Dockerfile",
    "requirements/*.txt",
    "requirements/*.in",
    "compose*.y*ml",
    "docker-compose*.y*ml",
)


def read_project(root: Path, configuration: Configuration) -> Project:
    """Read all that the rules look at.

    Raises:
        CheckError: a file cannot be read, or is not Python.
    """
    folders = (configuration.package, configuration.tests, configuration.migrations)
    paths = {path for folder in folders for path in (root / folder).rglob("*.py")}
    paths |= {root / name for name in OTHER_FILES if (root / name).is_file()}
    paths |= {path for pattern in OTHER_PATTERNS for path in root.glob(pattern)}
    try:
        files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        message = f"the project cannot be read: {error}"
        raise CheckError(message) from error
    return Project({path: text for path, text in files.items() if not is_fixture(path)}, configuration)


def is_fixture(path: str) -> bool:
    """Whether a file is data of a test, which may be as wrong as it likes."""
    return "/fixtures/" in path
