"""One Python file: parsed once, and indexed by the kinds of its nodes."""

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from standards.imports import Import, names_from, names_of
from standards.remark import LAST_COLUMN, Remark

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Module:
    """A file of the project, named both ways: `app/services/x.py` and `app.services.x`.

    Raises:
        SyntaxError: it is not Python.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.name = dotted_path(path)
        self.is_package = path.endswith("__init__.py")
        self.tree = ast.parse(text, filename=path)
        self._by_kind: dict[type[ast.AST], list[ast.AST]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._index()

    def _index(self) -> None:
        stack: list[ast.AST] = [self.tree]
        by_kind, parents = self._by_kind, self._parents
        while stack:
            node = stack.pop()
            by_kind.setdefault(node.__class__, []).append(node)
            for name in node._fields:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    children = [child for child in value if isinstance(child, ast.AST)]
                elif isinstance(value, ast.AST) and value._fields:
                    children = [value]
                else:
                    continue
                for child in children:
                    parents[child] = node
                stack += children

    @property
    def stem(self) -> str:
        """The file's own name."""
        return self.name.rpartition(".")[2]

    @cached_property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.splitlines()

    def nodes(self, *kinds: type[N]) -> Iterator[N]:
        """Every node of these kinds, in no particular order."""
        for kind in kinds:
            yield from self._by_kind.get(kind, ())  # type: ignore[misc]  # the index is keyed by the kind

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is within, from the inside out."""
        outer = self.parent(node)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def function_around(self, node: ast.AST) -> Function | ast.Lambda | None:
        """The innermost function that a node belongs to."""
        for outer in self.ancestors(node):
            if isinstance(outer, (*FUNCTIONS, ast.Lambda)):
                return outer
        return None

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body a node is directly in, or whose method it is."""
        for outer in self.ancestors(node):
            if isinstance(outer, ast.ClassDef):
                return outer
        return None

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and method."""
        return self.nodes(ast.FunctionDef, ast.AsyncFunctionDef)

    @property
    def classes(self) -> list[ast.ClassDef]:
        """The classes of the module itself."""
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    @cached_property
    def imports(self) -> list[Import]:
        """All its imports, wherever they stand."""
        plain = [each for node in self.nodes(ast.Import) for each in names_of(node)]
        return plain + [
            each
            for node in self.nodes(ast.ImportFrom)
            for each in names_from(node, self.name, is_package=self.is_package)
        ]

    @cached_property
    def bindings(self) -> dict[str, str]:
        """What each imported name stands for: `sleep` for `time.sleep`."""
        return {each.bound: each.meaning for each in self.imports}

    def qualified(self, node: ast.AST) -> str:
        """The full dotted name of an expression such as `time.sleep`; empty for what has none."""
        name = dotted(node)
        head, _, rest = name.partition(".")
        meaning = self.bindings.get(head, head)
        return f"{meaning}.{rest}" if rest else meaning

    def remark(self, node: ast.AST, message: str) -> Remark:
        """A remark on a piece of this module; of what is longer than a line, on its first."""
        line = getattr(node, "lineno", 1)
        one_line = getattr(node, "end_lineno", line) == line
        start = self._column(line, getattr(node, "col_offset", 0))
        end = (
            self._column(line, node.end_col_offset) if one_line and hasattr(node, "end_col_offset") else None
        )
        return Remark(self.path, line, start, LAST_COLUMN if end is None else end, message)

    def remark_on_name(self, node: Function | ast.ClassDef, message: str) -> Remark:
        """A remark on the line that names a function or a class."""
        line = self.lines[node.lineno - 1]
        start = line.index(node.name) + 1
        return Remark(self.path, node.lineno, start, start + len(node.name), message)

    def remark_on_file(self, message: str) -> Remark:
        """A remark on the file as a whole."""
        return Remark(self.path, 1, 1, 2, message)

    def _column(self, line: int, offset: int) -> int:
        """The parser counts bytes from 0; people count characters from 1."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return (offset if text.isascii() else len(text.encode()[:offset].decode())) + 1


def dotted_path(path: str) -> str:
    """`app/services/x.py` as `app.services.x`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def dotted(node: ast.AST) -> str:
    """`a.b.c` as a string; empty for anything but names and attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def last_name(node: ast.AST) -> str:
    """The last word of a name: `c` of `a.b.c`, or of `f().c`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value that a call gives to a keyword."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def constant(node: ast.AST | None) -> object:
    """The value of a literal; None for everything else."""
    return node.value if isinstance(node, ast.Constant) else None
