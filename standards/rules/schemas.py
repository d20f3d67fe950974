"""Schemas: what comes in is closed and strict, what goes out keeps no secret, lists have an end."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from standards.models import all_columns, columns_of, entities
from standards.module import FUNCTIONS, Module, constant, keyword, last_name
from standards.project import Project
from standards.receivers import parameters_of
from standards.remark import Remark
from standards.routes import Route, routes_of
from standards.rule import rule
from standards.words import SECRET

SERVER_ONLY = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "version",
        "hashed_password",
        "password_hash",
        "is_active",
        "is_superuser",
        "is_admin",
        "is_operator",
        "is_staff",
        "is_verified",
        "email_verified",
        "balance",
        "balance_credits",
    }
)
SIZES = frozenset({"limit", "size", "page_size", "per_page"})
OLD_PYDANTIC = frozenset({"validator", "root_validator"})
OLD_METHODS = frozenset({"parse_obj", "parse_raw", "from_orm", "construct"})
ONCE = re.compile(r"(Create|Created|Issued|Secret|Enrol\w*|Token\w*)Response$")


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a schema."""

    name: str
    statement: ast.AnnAssign

    @property
    def is_required(self) -> bool:
        """Whether a body without it is refused."""
        value = self.statement.value
        if value is None:
            return not any(
                isinstance(node, ast.keyword) and node.arg in {"default", "default_factory"}
                for node in ast.walk(self.statement.annotation)
            )
        if isinstance(value, ast.Call) and last_name(value.func) == "Field":
            given = value.args[:1] or [
                each.value for each in value.keywords if each.arg in {"default", "default_factory"}
            ]
            return not given or constant(given[0]) is Ellipsis
        return constant(value) is Ellipsis


def members_of(definition: ast.ClassDef) -> Iterator[Member]:
    """The fields that a schema declares itself."""
    for statement in definition.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            outer = statement.annotation.value if isinstance(statement.annotation, ast.Subscript) else None
            if last_name(outer or statement.annotation) != "ClassVar":
                yield Member(statement.target.id, statement)


def schemas(project: Project) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Every class of the schemas."""
    for module in project.within("schemas"):
        for definition in module.classes:
            yield module, definition


@rule("SCH001")
def answers_keep_secrets(project: Project) -> Iterator[Remark]:
    """An answer has a field that is a secret."""
    for module, definition in schemas(project):
        if definition.name.endswith(("Response", "Summary")) and not ONCE.search(definition.name):
            for member in members_of(definition):
                if SECRET.search(member.name) and not is_flag(member):
                    yield module.remark(member.statement.target, "this must not leave the server")


def is_flag(member: Member) -> bool:
    """Whether a field only says that there is one."""
    return last_name(member.statement.annotation) == "bool" or member.name.startswith(("has_", "is_"))


@rule("SCH002")
def updates_require_nothing(project: Project) -> Iterator[Remark]:
    """An update of several members demands one."""
    for module, definition in schemas(project):
        if definition.name.endswith("Update"):
            members = list(members_of(definition))
            for member in members if len(members) > 1 else []:
                if member.is_required:
                    message = "what is left out of an update stays as it is"
                    yield module.remark(member.statement.target, message)


@rule("SCH003")
def clients_do_not_set_what_is_ours(project: Project) -> Iterator[Remark]:
    """A create or an update lets a client set what the server decides."""
    for module, definition in schemas(project):
        if definition.name.endswith(("Create", "Update")):
            for member in members_of(definition):
                if member.name in SERVER_ONLY:
                    yield module.remark(
                        member.statement.target, "the server decides this, by an act of its own"
                    )


@rule("SCH004")
def lists_have_an_end(project: Project) -> Iterator[Remark]:
    """The size of a list is the caller's to choose without a most, or the list is without a size."""
    for module, definition in schemas(project):
        for member in members_of(definition):
            is_asked = definition.name.endswith(("Params", "Query", "Filter"))
            if is_asked and member.name in SIZES and not is_capped(member.statement):
                yield module.remark(member.statement.target, "say the most: Field(ge=1, le=100)")
    for module in project.controllers:
        for route in routes_of(module):
            yield from endless(module, route)


def endless(module: Module, route: Route) -> Iterator[Remark]:
    """What is without end about a route."""
    for argument in route.parameters:
        if argument.arg in SIZES and argument.annotation is not None and not is_capped(argument.annotation):
            default = default_of(route, argument)
            if default is None or not is_capped(default):
                yield module.remark(argument, "say the most: Field(ge=1, le=100)")
    told = [
        each
        for each in (route.function.returns, keyword(route.decorator, "response_model"))
        if each is not None
    ]
    if route.verb == "get" and any(is_list(each) for each in told):
        yield module.remark_on_name(
            route.function, "a list is answered in pages, with a size that has a most"
        )


def default_of(route: Route, argument: ast.arg) -> ast.expr | None:
    """The default of a parameter."""
    arguments = route.function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if argument in positional:
        place = positional.index(argument) - len(positional) + len(arguments.defaults)
        return arguments.defaults[place] if place >= 0 else None
    return arguments.kw_defaults[arguments.kwonlyargs.index(argument)]


def is_capped(node: ast.AST) -> bool:
    """Whether a most is said."""
    return any(isinstance(each, ast.keyword) and each.arg in {"le", "lt"} for each in ast.walk(node))


def is_list(annotation: ast.expr) -> bool:
    """Whether an annotation is a bare list."""
    return isinstance(annotation, ast.Subscript) and last_name(annotation.value) in {
        "list",
        "List",
        "Sequence",
    }


@rule("SCH005")
def pydantic_is_spoken_as_today(project: Project) -> Iterator[Remark]:
    """Pydantic's first version: `class Config`, `@validator`, `.from_orm()`, `Optional[]`."""
    for module in project.within("schemas"):
        for definition in module.nodes(ast.ClassDef):
            if definition.name == "Config" and module.class_around(definition) is not None:
                yield module.remark_on_name(definition, "model_config = ConfigDict(...)")
        for each in module.imports:
            if each.meaning == "typing.Optional":
                yield module.remark(each.alias, "write `X | None`")
            if each.module == "pydantic" and each.alias.name in OLD_PYDANTIC:
                yield module.remark(each.alias, "field_validator or model_validator")
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in OLD_METHODS - {"construct"}:
                yield module.remark(call.func, "model_validate")


@rule("SCH006")
def an_answer_is_read_from_what_has_it_all(project: Project) -> Iterator[Remark]:
    """An entity is read into a schema with a required field that the entity lacks."""
    models = {
        definition.name: all_columns(project, module, definition) for module, definition in entities(project)
    }
    properties = {
        definition.name: {each.name for each in definition.body if isinstance(each, FUNCTIONS)}
        | related(definition)
        for _, definition in entities(project)
    }
    for module in project.within("api", "services"):
        for call in module.nodes(ast.Call):
            if last_name(call.func) != "model_validate" or len(call.args) != 1 or call.keywords:
                continue
            schema = (
                project.class_of(module, call.func.value) if isinstance(call.func, ast.Attribute) else None
            )
            entity = model_named(schema[1].name, models) if schema is not None else None
            if schema is None or entity is None or not isinstance(call.args[0], ast.Name):
                continue
            missing = required(project, *schema) - models[entity] - properties[entity]
            if missing and schema[1].name.endswith("CreateResponse"):
                yield module.remark(call, f"{entity} has no {', '.join(sorted(missing))}: this always fails")


def related(definition: ast.ClassDef) -> set[str]:
    """Whatever else a model declares: relationships, hybrids."""
    return {
        each.target.id
        for each in definition.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def required(project: Project, module: Module, definition: ast.ClassDef) -> set[str]:
    """All the fields that a schema demands, inherited ones as well."""
    return {
        member.name
        for _, each in project.ancestry(module, definition)
        for member in members_of(each)
        if member.is_required
    }


def model_named(schema: str, models: dict[str, set[str]]) -> str | None:
    """The model that a schema is about, by its name."""
    fitting = [name for name in models if schema.startswith(name)]
    return max(fitting, key=len) if fitting else None


@rule("SCH007")
def entities_are_given_what_they_have(project: Project) -> Iterator[Remark]:
    """An attribute is set that the entity has no column for."""
    for module in project.within("services", "repositories"):
        for node in module.nodes(ast.Assign):
            target = node.targets[0]
            if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
                continue
            function = module.function_around(node)
            if not isinstance(function, FUNCTIONS):
                continue
            place = parameters_of(project, module, function).get(target.value.id)
            if place is None or not project.is_within(place[0], ("models",)):
                continue
            known = {name for _, each in project.ancestry(*place) for name in names_in(each)}
            if target.attr not in known and any(True for _ in columns_of(place[1])):
                yield module.remark(target, f"{place[1].name} has no {target.attr}: this is lost")


def names_in(definition: ast.ClassDef) -> set[str]:
    """All names that a class's body binds."""
    functions = {each.name for each in definition.body if isinstance(each, FUNCTIONS)}
    plain = {
        last_name(target)
        for each in definition.body
        if isinstance(each, ast.Assign)
        for target in each.targets
    }
    return functions | plain | related(definition)
