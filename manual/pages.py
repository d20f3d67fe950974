"""Which pages there are, and what each is made from."""

import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.core.settings import Settings
from manual.command_page import command_page
from manual.problem_page import problem_page
from manual.route_page import route_page
from manual.scope_page import scope_page
from manual.setting_page import setting_page
from standards.page import reference as rules
from standards.rules import load_rules

ROOT = Path(__file__).parents[1]


def reference(document: dict[str, Any], settings: Settings) -> dict[str, str]:
    """The text of each page, by its path in the repository, from an OpenAPI document and the defaults."""
    load_rules()
    return {
        "docs/reference/commands.md": command_page(),
        "docs/reference/problems.md": problem_page(),
        "docs/reference/routes.md": route_page(document),
        "docs/reference/scopes.md": scope_page(document),
        "docs/reference/settings.md": setting_page(settings),
        "docs/standards-rules.md": rules(),
    }


def defaults() -> Settings:
    """The settings where nothing is set: what is set on this machine is nobody's default."""
    with patch.dict(os.environ, {"PATH": os.environ["PATH"]}, clear=True):
        return Settings()
