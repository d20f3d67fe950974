"""Whether a project has the layout that the rules are about."""

from pathlib import Path

from standards.configuration import Configuration
from standards.errors import CheckError

ROOMS = ("api", "services", "repositories", "models")
FEATURE_FILES = ("router.py", "routes.py", "views.py", "endpoints.py")


def require_layout(root: Path, configuration: Configuration) -> None:
    """Go on only where there are rooms to keep apart.

    Raises:
        CheckError: the project is laid out otherwise; it says how, and what was expected.
    """
    if not root.is_dir():
        message = f"{root}: there is no such folder"
        raise CheckError(message)
    package = root / configuration.package
    missing = [
        room for room in ROOMS if not (package / room).is_dir() and not (package / f"{room}.py").is_file()
    ]
    if not missing:
        return
    message = (
        f"not this layout: {described(root, package)}. These standards are about a package "
        f"`{configuration.package}` whose rooms are layers, and {', '.join(f'`{room}`' for room in missing)} "
        f"{'is' if len(missing) == 1 else 'are'} missing. Nothing was checked."
    )
    raise CheckError(message)


def described(root: Path, package: Path) -> str:
    """What is there instead, in a few words."""
    if (root / f"{package.name}.py").is_file() or ((root / "main.py").is_file() and not package.is_dir()):
        return "the application is a single file"
    if not package.is_dir():
        return f"there is no package `{package.name}`"
    features = sorted(
        folder.name
        for folder in package.iterdir()
        if folder.is_dir() and any((folder / name).is_file() for name in FEATURE_FILES)
    )
    if features:
        return f"`{package.name}` has a folder for each feature ({', '.join(features)})"
    if not any(folder.is_dir() and (folder / "__init__.py").is_file() for folder in package.iterdir()):
        return f"`{package.name}` has no rooms"
    return f"`{package.name}` has other rooms"
