"""A whole project: its modules, the room of each, and what their names stand for."""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from standards.configuration import Configuration
from standards.errors import CheckError
from standards.imports import Import
from standards.module import Module

RE_EXPORTS_MAX = 5


class Project:
    """The files of a project, by their paths, read once for all rules.

    Raises:
        CheckError: one of them is not Python.
    """

    def __init__(self, files: Mapping[str, str], configuration: Configuration) -> None:
        self.configuration = configuration
        self.files = files
        self.all_modules = [self._parse(path, files[path]) for path in sorted(files) if path.endswith(".py")]
        self.by_name = {module.name: module for module in self.all_modules}
        self.by_path = {module.path: module for module in self.all_modules}

    @staticmethod
    def _parse(path: str, text: str) -> Module:
        try:
            return Module(path, text)
        except (SyntaxError, ValueError, RecursionError) as error:
            message = f"{path}:{getattr(error, 'lineno', None) or 1}: {getattr(error, 'msg', error)}"
            raise CheckError(message) from error

    @cached_property
    def modules(self) -> list[Module]:
        """The modules of the package itself."""
        return self._under(self.configuration.package)

    @cached_property
    def tests(self) -> list[Module]:
        """The modules of its tests."""
        return self._under(self.configuration.tests)

    @cached_property
    def migrations(self) -> list[Module]:
        """Its migrations, in the order of their files."""
        return self._under(self.configuration.migrations)

    def _under(self, folder: str) -> list[Module]:
        return [module for module in self.all_modules if module.path.startswith(f"{folder}/")]

    def within(self, *places: str) -> list[Module]:
        """The modules of these rooms or files of the package: `api/v1`, `core/database.py`."""
        return [module for module in self.modules if self.is_within(module, places)]

    def outside(self, places: tuple[str, ...]) -> list[Module]:
        """The modules of the package that are not in these rooms or files."""
        return [module for module in self.modules if not self.is_within(module, places)]

    def is_within(self, module: Module, places: tuple[str, ...]) -> bool:
        """Whether a module is in one of these rooms or files of the package."""
        inside = module.path.removeprefix(f"{self.configuration.package}/")
        return any(inside == place or inside.startswith(f"{place}/") for place in places)

    @cached_property
    def controllers(self) -> list[Module]:
        """The modules with the routes of the API."""
        return self.within(*self.configuration.controllers)

    def room_of(self, name: str) -> str:
        """The room of a dotted name: `services` of `app.services.x`; empty for what is not ours."""
        package, _, rest = name.partition(".")
        return rest.partition(".")[0] if package == self.configuration.package else ""

    @cached_property
    def heights(self) -> dict[str, int]:
        """How far down each room is."""
        return {
            room.strip(): depth
            for depth, line in enumerate(self.configuration.layers)
            for room in line.split("|")
        }

    def target_of(self, each: Import) -> str:
        """The module that an import reaches."""
        return each.meaning if each.meaning in self.by_name else each.module

    @cached_property
    def classes(self) -> dict[str, tuple[Module, ast.ClassDef]]:
        """Every class of the package by its full name."""
        return {
            f"{module.name}.{node.name}": (module, node) for module in self.modules for node in module.classes
        }

    @cached_property
    def functions(self) -> dict[str, tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """Every function of a module of the package, methods left aside, by its full name."""
        return {
            f"{module.name}.{node.name}": (module, node)
            for module in self.modules
            for node in module.tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }

    def resolve(self, module: Module, node: ast.AST) -> str:
        """The full name of what an expression names, whichever way it was imported."""
        name = module.qualified(node)
        return self.origin_of(name) if "." in name else f"{module.name}.{name}"

    def origin_of(self, name: str) -> str:
        """The full name of a thing where it is defined, past the packages that export it again."""
        for _ in range(RE_EXPORTS_MAX):
            place, _, last = name.rpartition(".")
            source = self.by_name.get(place)
            if source is None or last not in source.bindings or name in self.classes:
                return name
            name = source.bindings[last]
        return name

    def class_of(self, module: Module, node: ast.AST | None) -> tuple[Module, ast.ClassDef] | None:
        """The class of ours that an expression names."""
        return None if node is None else self.classes.get(self.resolve(module, node))

    def ancestry(self, module: Module, definition: ast.ClassDef) -> Iterator[tuple[Module, ast.ClassDef]]:
        """A class of ours and those it inherits from, nearest first."""
        seen = {definition}
        waiting = [(module, definition)]
        while waiting:
            place, each = waiting.pop(0)
            yield place, each
            for base in each.bases:
                name = base.value if isinstance(base, ast.Subscript) else base
                found = self.class_of(place, name)
                if found is not None and found[1] not in seen:
                    seen.add(found[1])
                    waiting.append(found)
