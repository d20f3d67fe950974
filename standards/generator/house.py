"""The project that is written into: its files, its entities, its migrations."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from standards.configuration import read_configuration
from standards.errors import refuse
from standards.generator.names import Names, snake_of
from standards.generator.target import Target
from standards.layout import require_layout
from standards.models import columns_of, table_of

ORGANIZATIONS = "organizations"


@dataclass(frozen=True, slots=True)
class Entity:
    """A class that is mapped to a table, and the columns it declares."""

    names: Names
    columns: frozenset[str]


class House:
    """A project with this layout."""

    def __init__(self, root: Path) -> None:
        """Look at a folder.

        Raises:
            CheckError: it has another layout.
        """
        self.root = root
        configuration = read_configuration(root)
        require_layout(root, configuration)
        self._migrations = configuration.migrations

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self.root / path).exists()

    def read(self, path: str) -> str:
        """The text of a file.

        Raises:
            CheckError: it cannot be read.
        """
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            refuse(f"{path} is needed and cannot be read: {error}", error)

    def tree(self, path: str) -> ast.Module:
        """What a file says.

        Raises:
            CheckError: it is not Python.
        """
        try:
            return ast.parse(self.read(path))
        except SyntaxError as error:
            refuse(f"{path}:{error.lineno}: {error.msg}", error)

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """What is stored, by table."""
        found: dict[str, Entity] = {}
        for file in sorted((self.root / "app" / "models").glob("*.py")):
            for definition in self.tree(f"app/models/{file.name}").body:
                table = table_of(definition) if isinstance(definition, ast.ClassDef) else None
                if isinstance(definition, ast.ClassDef) and table is not None:
                    columns = frozenset(column.name for column in columns_of(definition))
                    found[table.name] = Entity(Names(definition.name, table.name), columns)
        return found

    def target(self, table: str) -> Target:
        """What `fk(table)` points to.

        Raises:
            CheckError: nothing that could be pointed to safely.
        """
        if table not in self.entities:
            near = ", ".join(sorted(name for name in self.entities if self._can_be_pointed_to(name)))
            refuse(f"fk({table}): there is no such table; there are {near}")
        entity = self.entities[table]
        if not self._can_be_pointed_to(table):
            refuse(f"fk({table}): only what belongs to an organization can be pointed to, or organizations")
        if table == ORGANIZATIONS:
            return Target(entity.names, by_organization=False)
        return Target(entity.names, factory=self._factory(entity.names))

    def _can_be_pointed_to(self, table: str) -> bool:
        """Whether its repository finds one for its organization alone."""
        if table == ORGANIZATIONS:
            return True
        path = f"app/repositories/{self.entities[table].names.snake}_repository.py"
        return (
            "organization_id" in self.entities[table].columns
            and self.exists(path)
            and "async def get_by_organization(" in self.read(path)
        )

    def _factory(self, names: Names) -> str:
        path = f"tests/factories/{names.table}.py"
        found = (
            re.findall(r"^async def (write_\w+)\(", self.read(path), re.MULTILINE)
            if self.exists(path)
            else []
        )
        if not found:
            refuse(f"fk({names.table}): the tests cannot make one: {path} has no function write_...")
        return str(found[0])

    def revisions(self) -> dict[str, str | None]:
        """Every migration, and the one before it."""
        return dict(self._revisions())

    def _revisions(self) -> Iterator[tuple[str, str | None]]:
        for file in sorted((self.root / self._migrations).glob("*.py")):
            told = {
                statement.targets[0].id: statement.value.value
                for statement in self.tree(f"{self._migrations}/{file.name}").body
                if isinstance(statement, ast.Assign)
                and isinstance(statement.targets[0], ast.Name)
                and isinstance(statement.value, ast.Constant)
            }
            if "revision" in told:
                yield str(told["revision"]), told.get("down_revision")  # type: ignore[misc]  # text or None

    def head(self) -> str:
        """The newest migration.

        Raises:
            CheckError: there is not exactly one.
        """
        revisions = self.revisions()
        heads = sorted(set(revisions) - set(revisions.values()))
        if len(heads) != 1:
            refuse(f"there must be one newest migration, and there are {', '.join(heads) or 'none'}")
        return heads[0]

    def migration_path(self, revision: str, title: str) -> str:
        """Where a migration stands: `20260117_0930_create_invoices_table.py`."""
        return f"{self._migrations}/{revision}_{snake_of(title).replace(' ', '_')[:60]}.py"
