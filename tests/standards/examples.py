"""Small projects, given as texts."""

import tomllib

from standards.configuration import configuration_of
from standards.engine import check, chosen
from standards.project import Project

ABOUT_THE_WHOLE = {"DAT007", "TST004"}
"""Rules that miss something elsewhere: an example of another rule is no whole project."""
CONFIGURATION = "pyproject.toml"


def make_project(files):
    """A project of these texts, configured by the one that is its pyproject.toml."""
    return Project(files, configuration_in(files))


def configuration_in(files):
    """What these texts configure."""
    settings = tomllib.loads(files.get(CONFIGURATION, ""))
    return configuration_of(settings.get("tool", {}).get("standards", {}))


def findings_in(files, *, about=""):
    """All findings in these texts; of a rule about the whole only when it is asked about."""
    rules = [rule for rule in chosen((), ()) if rule.id == about or rule.id not in ABOUT_THE_WHOLE]
    return check(make_project(files), rules)
