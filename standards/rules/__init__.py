"""The rules, a module for each family, and beside it the page that explains them."""

import importlib

FAMILIES = (
    "layers",
    "shape",
    "naming",
    "asynchrony",
    "injection",
    "errors",
    "data",
    "schemas",
    "security",
    "web",
    "tests",
    "live",
    "suppressing",
)


def load_rules() -> None:
    """Let every family register its rules."""
    for family in FAMILIES:
        importlib.import_module(f"standards.rules.{family}")
