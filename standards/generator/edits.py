"""Edits of files that are there, with libcst: all else in them stays as it is."""

from collections.abc import Sequence
from typing import Any, cast

import libcst as cst
from libcst import matchers as m

from standards.errors import refuse

Place = m.BaseMatcherNode
COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


class Edit(cst.CSTTransformer):
    """One place to find and change; afterwards it is known whether it was there."""

    def __init__(self, sought: str) -> None:
        super().__init__()
        self.sought = sought
        """What is looked for, for people."""
        self.done = False


def edited(path: str, text: str, edits: Sequence[Edit]) -> str:
    """A file's text after all edits.

    Raises:
        CheckError: a place that one of them needs is not there.
    """
    try:
        tree = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        refuse(f"{path} is not Python: {error.message}", error)
    for edit in edits:
        tree = tree.visit(edit)
        if not edit.done:
            refuse(f"{path} has no {edit.sought}, so nothing can be entered there")
    return tree.code


class Import(Edit):
    """Adds an import below the last one; the formatter puts it into its place."""

    def __init__(self, line: str) -> None:
        super().__init__("import")
        self._line = cast("cst.SimpleStatementLine", cst.parse_statement(line))

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: N802
        """Look at the whole file."""
        body = list(updated_node.body)
        at = [number for number, each in enumerate(body) if is_import(each)]
        if not at:
            return original_node
        self.done = True
        body.insert(at[-1] + 1, self._line)
        return updated_node.with_changes(body=body)


def is_import(node: cst.CSTNode) -> bool:
    """Whether a statement imports something."""
    return m.matches(node, m.SimpleStatementLine(body=[m.Import() | m.ImportFrom()]))


class ImportName(Edit):
    """Adds a name to `from module import (...)`."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(f"`from {module} import ...`")
        self._module = cst.parse_expression(module)
        self._name = name

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:  # noqa: N802
        """Look at an import."""
        names = updated_node.names
        found = original_node.module is not None and original_node.module.deep_equals(self._module)
        if not found or isinstance(names, cst.ImportStar):
            return updated_node
        self.done = True
        added = cst.ImportAlias(name=cst.Name(self._name))
        return updated_node.with_changes(names=appended(names, [added]))


class Extend(Edit):
    """Adds elements to a collection: what a name is given, what a loop is over, what a function returns."""

    def __init__(self, sought: str, place: Place, *elements: str, first: bool = False) -> None:
        super().__init__(sought)
        self._place = place
        self._elements = elements
        self._first = first

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]  # nothing is removed or flattened here
        """Look at anything."""
        if not m.matches(original_node, self._place):
            return updated_node
        self.done = True
        name = "iter" if isinstance(updated_node, cst.For) else "value"
        return updated_node.with_changes(**{name: self._extended(getattr(updated_node, name))})

    def _extended(self, value: cst.BaseExpression) -> cst.BaseExpression:
        opening, closing = ("{", "}") if isinstance(value, cst.Dict) else ("[", "]")
        made = cst.parse_expression(f"{opening}{', '.join(self._elements)}{closing}")
        old = list(cast("cst.List", value).elements)
        new = list(cast("cst.List", made).elements)
        return value.with_changes(elements=appended(new, old) if self._first else appended(old, new))


def appended(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    """Elements one after the other; the comma that ends the line, or none, stays at the end."""
    if not left:
        return list(right)
    *others, last = left
    *between, end = right
    joints = [each.with_changes(comma=COMMA) for each in (last, *between)]
    return [*others, *joints, end.with_changes(comma=last.comma)]


def assignment_of(name: str) -> Place:
    """`name = ...`, annotated or not."""
    return m.OneOf(
        m.Assign(targets=[m.AssignTarget(target=m.Name(name))]),
        m.AnnAssign(target=m.Name(name), value=m.List() | m.Dict()),
    )


class InsertMember(Edit):
    """Adds members to an enumeration, before the first of those that come last."""

    def __init__(self, owner: str, members: Sequence[str], before: frozenset[str]) -> None:
        super().__init__(f"class {owner}")
        self._owner = owner
        self._members = [cst.parse_statement(each) for each in members]
        self._before = before

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Look at a class."""
        if original_node.name.value != self._owner or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        self.done = True
        body = list(updated_node.body.body)
        at = next(
            (number for number, each in enumerate(body) if assigned_name(each) in self._before), len(body)
        )
        body[at:at] = self._members
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))


def assigned_name(node: cst.CSTNode) -> str:
    """The name that a statement gives a value to, if it does."""
    found = m.extract(
        node,
        m.SimpleStatementLine(
            body=[m.Assign(targets=[m.AssignTarget(target=m.Name(m.SaveMatchedNode(m.DoNotCare(), "name")))])]
        ),
    )
    return str(found["name"]) if found else ""


class InsertBeforeReturn(Edit):
    """Adds statements to a function, before it returns."""

    def __init__(self, function: str, statements: Sequence[str]) -> None:
        super().__init__(f"function {function} that returns something")
        self._function = function
        self._statements = [cst.parse_statement(each) for each in statements]

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Look at a function."""
        body = list(updated_node.body.body)
        ends = m.matches(body[-1], m.SimpleStatementLine(body=[m.Return()]))
        if original_node.name.value != self._function or not ends:
            return updated_node
        self.done = True
        body[-1:-1] = self._statements
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))


class TellProblem(Edit):
    """Adds a status to the `problem_responses(...)` of a route."""

    def __init__(self, function: str, status: int) -> None:
        super().__init__(f"route {function} with problem_responses(...)")
        self._function = function
        self._status = status

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Look at a function and what stands above it."""
        if original_node.name.value != self._function:
            return updated_node
        adding = AddStatus(self._status)
        decorators = [each.visit(adding) for each in updated_node.decorators]
        self.done = adding.done
        return updated_node.with_changes(decorators=decorators)


class AddStatus(Edit):
    """Adds a status to `problem_responses(...)`, in order and once."""

    def __init__(self, status: int) -> None:
        super().__init__("problem_responses(...)")
        self._status = status

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        """Look at a call."""
        if not m.matches(original_node.func, m.Name("problem_responses")):
            return updated_node
        self.done = True
        told = {int(each.value.value) for each in original_node.args if isinstance(each.value, cst.Integer)}
        statuses = ", ".join(str(each) for each in sorted(told | {self._status}))
        return cast("cst.Call", cst.parse_expression(f"problem_responses({statuses})"))
