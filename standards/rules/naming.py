"""Names: of files, classes, tables, columns, schemas and migrations."""

import ast
import re
from collections.abc import Iterator

from standards.models import columns_of, is_entity, table_of
from standards.module import Module, constant
from standards.project import Project
from standards.remark import Remark
from standards.rule import rule
from standards.statuses import assigned
from standards.words import PLURAL

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MIGRATION = re.compile(r"(?P<revision>\d{8}_\d{4})_[a-z0-9_]+")
OTHER_WORDS = re.compile(
    r"(?P<stem>[A-Z]\w*?)(Schema|DTO|Dto|(?<!Sign)(?<!Log)(?<!Check)(?<!Opt)In|Out|Payload)$|(Create|Update)[A-Z]\w*$"
)
DUMPING_GROUNDS = re.compile(r"(^|_)(helpers?|common|misc|stuff)$")
NAMED_ROOMS = {"models": "", "repositories": "_repository", "services": "_service"}


@rule("NAM001")
def a_class_is_in_the_file_that_bears_its_name(project: Project) -> Iterator[Remark]:
    """A model, repository or service is in a file of another name."""
    for room, ending in NAMED_ROOMS.items():
        for module in project.within(room):
            if module.is_package or module.stem == "base" or not module.stem.endswith(ending):
                continue
            names = {node.name.lower() for node in module.classes}
            if names and module.stem.replace("_", "") not in names:
                yield module.remark_on_name(
                    module.classes[0], f"a file `{module.stem}` has no class of that name"
                )


@rule("NAM002")
def one_entity_for_each_file(project: Project) -> Iterator[Remark]:
    """A file has two tables."""
    for module in project.within("models"):
        entities = [node for node in module.classes if is_entity(node)]
        for extra in entities[1:]:
            yield module.remark_on_name(extra, f"{entities[0].name} is in this file already")


@rule("NAM003")
def tables_are_plural(project: Project) -> Iterator[Remark]:
    """A table's name is singular, or not snake_case."""
    for module in project.within("models"):
        for node in module.classes:
            table = table_of(node)
            if table is not None and not (SNAKE_CASE.fullmatch(table.name) and PLURAL.search(table.name)):
                yield module.remark(table.node, "a table's name is plural, in snake_case")


@rule("NAM004")
def columns_are_snake_case(project: Project) -> Iterator[Remark]:
    """A column's name is not snake_case."""
    for module in project.within("models"):
        for node in module.classes:
            for column in columns_of(node):
                if not SNAKE_CASE.fullmatch(column.name):
                    yield module.remark(column.statement, "a column's name is in snake_case")


@rule("NAM005")
def schemas_end_in_what_they_are_for(project: Project) -> Iterator[Remark]:
    """A schema says what it is for in words of its own."""
    for module in project.within("schemas"):
        for node in module.classes:
            if node.bases and OTHER_WORDS.match(node.name):
                yield module.remark_on_name(node, "a schema is called XCreate, XUpdate or XResponse")


@rule("NAM006")
def a_name_keeps_to_its_room(project: Project) -> Iterator[Remark]:
    """A class is called repository or service elsewhere."""
    for module in project.modules:
        room = project.room_of(module.name)
        for node in module.classes:
            for word, home in (("Repository", "repositories"), ("Service", "services")):
                if node.name.endswith(word) and room != home:
                    yield module.remark_on_name(node, f"what is called {word} lives in {home}")


@rule("NAM007")
def a_migration_is_named_after_its_minute(project: Project) -> Iterator[Remark]:
    """A migration's file has another name."""
    for module in project.migrations:
        if not module.is_package and MIGRATION.fullmatch(module.stem) is None:
            yield module.remark_on_file("a migration is called yyyymmdd_HHmm_<feature>.py")


@rule("NAM008")
def revisions_follow_the_clock(project: Project) -> Iterator[Remark]:
    """A revision's id is not its file's, or is earlier than the one it follows."""
    for module in project.migrations:
        match = MIGRATION.fullmatch(module.stem)
        for statement in module.tree.body:
            own = assigned(statement, ("revision",))
            if match is not None and own is not None and constant(own) != match["revision"]:
                yield module.remark(own, f"the file says {match['revision']}")
            before = constant(assigned(statement, ("down_revision",)))
            if match is not None and isinstance(before, str) and before >= match["revision"]:
                yield module.remark(statement, "a revision follows an earlier one")


@rule("NAM009")
def get_raises_and_find_returns_none(project: Project) -> Iterator[Remark]:
    """A `get` of a repository or a service may answer None."""
    for module in project.within("repositories", "services"):
        for function in module.functions:
            told = function.returns
            if re.match(r"get(_|$)", function.name) and told is not None and may_be_none(module, told):
                yield module.remark_on_name(function, "what may answer None is called find; get raises")


def may_be_none(module: Module, annotation: ast.expr) -> bool:
    """Whether an annotation allows None at its top."""
    if isinstance(annotation, ast.BinOp):
        return may_be_none(module, annotation.left) or may_be_none(module, annotation.right)
    if isinstance(annotation, ast.Subscript):
        return module.qualified(annotation.value) in {"typing.Optional", "Optional"}
    return isinstance(annotation, ast.Constant) and annotation.value is None


@rule("NAM010")
def files_are_snake_case(project: Project) -> Iterator[Remark]:
    """A file's name has capitals or hyphens."""
    for module in project.modules:
        if not SNAKE_CASE.fullmatch(module.stem.strip("_")):
            yield module.remark_on_file("a file's name is lower case, with underscores")


@rule("NAM011")
def nothing_is_called_helpers(project: Project) -> Iterator[Remark]:
    """A module or class is named after nothing in particular."""
    for module in project.modules:
        if DUMPING_GROUNDS.search(module.stem):
            yield module.remark_on_file("say what it does: `passwords`, not `helpers`")


@rule("NAM012")
def a_verb_is_not_a_flag(project: Project) -> Iterator[Remark]:
    """A public function of a service or repository takes a positional boolean."""
    for module in project.within("services", "repositories"):
        for function in module.functions:
            if function.name.startswith("_") or not isinstance(module.parent(function), ast.ClassDef):
                continue
            for argument in (*function.args.posonlyargs, *function.args.args):
                if isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool":
                    yield module.remark(argument, "two acts, two names: no positional booleans")
