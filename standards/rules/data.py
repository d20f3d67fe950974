"""Data: SQL, times, money, relationships, indexes and migrations."""

import ast
import re
from collections.abc import Iterator

from standards.models import Column, columns_of, entities, table_of
from standards.module import Module, constant, dotted, keyword, last_name
from standards.project import Project
from standards.remark import Remark
from standards.rule import rule
from standards.statuses import assigned

RUNS_SQL = frozenset(
    {
        "text",
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "scalar",
        "scalars",
        "exec_driver_sql",
    }
)
SQL_WORD = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|TRUNCATE)\b", re.IGNORECASE)
MONEY = re.compile(r"(^|_)(price|cost|amount|balance|credits?|fee|total_due|money|cents)(_|$)")
LOADS_BY_ITSELF = frozenset({"select", True, "dynamic", "immediate", "joined", "selectin", "subquery"})
SECRETS = frozenset(
    {"token", "refresh_token", "access_token", "api_key", "password", "secret", "client_secret"}
)

COUNTS = frozenset({"zcard", "zcount", "llen", "scard", "hlen", "hget", "get", "mget"})
ADDS = frozenset({"zadd", "incr", "incrby", "hincrby", "lpush", "rpush", "sadd"})
"""What a store of counters is asked, and how one is raised; these words are Redis's."""


@rule("DAT001")
def sql_is_not_formatted(project: Project) -> Iterator[Remark]:
    """A statement is put together from strings."""
    for module in [*project.modules, *project.migrations]:
        for call in module.nodes(ast.Call):
            if last_name(call.func) not in RUNS_SQL or not call.args:
                continue
            if is_formatted(call.args[0]):
                yield module.remark(call.args[0], "values go beside the statement, as parameters")


def is_formatted(node: ast.expr) -> bool:
    """Whether a string is SQL with something put into it."""
    if isinstance(node, ast.JoinedStr):
        words = "".join(str(constant(part)) for part in node.values if isinstance(part, ast.Constant))
        holes = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        return bool(SQL_WORD.match(words)) and any(not is_name_of_ours(hole.value) for hole in holes)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        text = constant(node.left)
        return (
            isinstance(text, str) and bool(SQL_WORD.match(text)) and not isinstance(node.right, ast.Constant)
        )
    is_call = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    )
    if not is_call:
        return False
    text = constant(node.func.value)  # type: ignore[attr-defined]  # is_call
    return isinstance(text, str) and bool(SQL_WORD.match(text))


def is_name_of_ours(node: ast.expr) -> bool:
    """Whether an expression is a constant of the module: `TABLE`, `Settings.TABLE`, never a variable."""
    name = last_name(node)
    return bool(name) and name == name.upper()


@rule("DAT002")
def moments_know_their_zone(project: Project) -> Iterator[Remark]:
    """A datetime is made without a time zone."""
    for module in [*project.modules, *project.tests]:
        for call in module.nodes(ast.Call):
            name = module.qualified(call.func)
            naive = name in {"datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp"}
            if name == "datetime.datetime.now":
                naive = not call.args and not call.keywords
            if name == "datetime.datetime.fromtimestamp":
                naive = len(call.args) == 1 and not call.keywords
            if naive:
                yield module.remark(call, "say the zone: datetime.now(UTC)")


@rule("DAT003")
def columns_keep_the_zone(project: Project) -> Iterator[Remark]:
    """A column of a moment drops its zone."""
    for module in project.within("models"):
        for node in module.nodes(ast.Call, ast.Name):
            if last_name(node.func if isinstance(node, ast.Call) else node) not in {"DateTime", "TIMESTAMP"}:
                continue
            is_called = isinstance(module.parent(node), ast.Call) and module.parent(node).func is node  # type: ignore[union-attr]
            zoned = isinstance(node, ast.Call) and constant(keyword(node, "timezone")) is True
            if not zoned and not is_called:
                yield module.remark(node, "DateTime(timezone=True)")


@rule("DAT004")
def money_is_an_integer(project: Project) -> Iterator[Remark]:
    """What is money is a float."""
    for module in project.modules:
        for node in module.nodes(ast.AnnAssign):
            name = last_name(node.target)
            if MONEY.search(name) and has_float(node):
                yield module.remark(node, "count the smallest unit, in an int")
        for argument in module.nodes(ast.arg):
            if MONEY.search(argument.arg) and argument.annotation is not None and has_float(argument):
                yield module.remark(argument, "count the smallest unit, in an int")


def has_float(node: ast.AST) -> bool:
    """Whether `float` or `Float` stands in an annotation or a column."""
    return any(last_name(each) in {"float", "Float", "REAL", "Double"} for each in ast.walk(node))


@rule("DAT005")
def relationships_are_asked_for(project: Project) -> Iterator[Remark]:
    """A relationship loads itself when it is touched, or whenever its owner is loaded."""
    for module in project.within("models"):
        for call in module.nodes(ast.Call):
            if last_name(call.func) == "relationship":
                lazy = keyword(call, "lazy")
                if lazy is None or constant(lazy) in LOADS_BY_ITSELF:
                    yield module.remark(call.func, 'lazy="raise": a query that needs it says so')


@rule("DAT006")
def foreign_keys_are_indexed(project: Project) -> Iterator[Remark]:
    """No index begins with a foreign key."""
    for module, definition in entities(project):
        first = set(leading_columns(definition))
        for column in columns_of(definition):
            if not column.calls("ForeignKey"):
                continue
            if column.name not in first and not is_indexed(column):
                yield module.remark(
                    column.statement, "without an index, each delete of the other table reads all of this one"
                )


def is_indexed(column: Column) -> bool:
    """Whether a column says itself that it has an index."""
    call = column.call
    return call is not None and any(
        constant(keyword(call, name)) is True for name in ("index", "unique", "primary_key")
    )


def leading_columns(definition: ast.ClassDef) -> Iterator[str]:
    """The first columns of a table's indexes, unique constraints and primary key."""
    keys = [
        each.name
        for each in columns_of(definition)
        if each.call and constant(keyword(each.call, "primary_key"))
    ]
    yield from keys[:1]
    for statement in definition.body:
        value = assigned(statement, ("__table_args__",))
        for call in [] if value is None else [node for node in ast.walk(value) if isinstance(node, ast.Call)]:
            kind = last_name(call.func)
            if kind in {"UniqueConstraint", "PrimaryKeyConstraint", "Index"}:
                named = call.args[1:] if kind == "Index" else call.args
                yield from (str(constant(each)) if constant(each) else last_name(each) for each in named[:1])


@rule("DAT007")
def every_model_has_a_migration(project: Project) -> Iterator[Remark]:
    """No migration makes the table."""
    told = "\n".join(module.text for module in project.migrations)
    for module, definition in entities(project):
        table = table_of(definition)
        name = "" if table is None else rf"[\"']?{table.name}\b"
        made = re.search(
            rf"(create_table\(\s*|CREATE TABLE (IF NOT EXISTS )?|rename_table\([^)]*,\s*){name}", told
        )
        if table is not None and not made:
            yield module.remark(table.node, "no migration makes this table")


@rule("DAT008")
def balances_are_changed_by_the_database(project: Project) -> Iterator[Remark]:
    """A balance is read, changed and written."""
    for module in project.within("services", "repositories", "api"):
        for node in module.nodes(ast.AugAssign):
            if (
                isinstance(node.target, ast.Attribute)
                and MONEY.search(node.target.attr)
                and not is_own(node.target)
            ):
                yield module.remark(node, "two requests read the same balance: one conditional UPDATE")


def is_own(target: ast.Attribute) -> bool:
    """Whether an attribute is the object's own."""
    return isinstance(target.value, ast.Name) and target.value.id in {"self", "cls"}


@rule("DAT009")
def secrets_are_stored_as_digests(project: Project) -> Iterator[Remark]:
    """A column keeps a credential as it is."""
    for module, definition in entities(project):
        for column in columns_of(definition):
            if column.name in SECRETS:
                yield module.remark(
                    column.statement, "store a digest, or seal it: whoever reads the table has them all"
                )


@rule("DAT010")
def an_updated_entity_is_read_anew(project: Project) -> Iterator[Remark]:
    """UPDATE ... RETURNING an entity, which the session then answers as it knew it."""
    names = {definition.name for _, definition in entities(project)}
    for module in project.within("repositories"):
        for call in module.nodes(ast.Call):
            is_returning = last_name(call.func) == "returning" and len(call.args) == 1
            if not is_returning or last_name(call.args[0]) not in names or not follows_update(call):
                continue
            statement = around(module, call)
            if "populate_existing" not in ast.dump(statement):
                yield module.remark(call.args[0], "the session keeps its old copy: populate_existing=True")


def follows_update(call: ast.Call) -> bool:
    """Whether a chain of calls begins with `update(...)`."""
    node: ast.expr = call
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "update"


def around(module: Module, node: ast.AST) -> ast.AST:
    """The function that has a node, or the module."""
    return module.function_around(node) or module.tree


@rule("DAT011")
def limits_are_counted_in_one_step(project: Project) -> Iterator[Remark]:
    """A counter is read, compared, and only then raised."""
    for module in project.modules:
        for function in module.functions:
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            counted = [call.lineno for call in calls if last_name(call.func) in COUNTS]
            compared = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Compare)]
            for call in calls:
                is_late = any(first <= each < call.lineno for first in counted for each in compared)
                if last_name(call.func) in ADDS and is_late:
                    yield module.remark(call.func, "others counted the same: add first, look at the answer")
