"""Dependencies are injected, and one place makes what all share."""

import ast
from collections.abc import Iterator

from standards.dependencies import Use, uses
from standards.module import FUNCTIONS, Function, last_name
from standards.project import Project
from standards.remark import Remark
from standards.routes import routes_of
from standards.rule import rule

MAKERS = frozenset(
    {
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlalchemy.ext.asyncio.async_sessionmaker",
        "sqlalchemy.create_engine",
        "sqlalchemy.orm.sessionmaker",
        "sqlalchemy.orm.Session",
    }
)
COMMITTING_CONTEXTS = ("transaction", "begin", "unit_of_work", "atomic")


@rule("INJ001")
def engines_and_sessions_are_made_in_one_place(project: Project) -> Iterator[Remark]:
    """An engine or a session is made elsewhere."""
    for module in project.outside(project.configuration.database):
        for call in module.nodes(ast.Call):
            if module.qualified(call.func) in MAKERS:
                where = project.configuration.database[0]
                yield module.remark(call.func, f"{where} makes these, with its limits and time-outs")


@rule("INJ002")
def dependencies_are_not_called(project: Project) -> Iterator[Remark]:
    """A handler calls a dependency instead of asking for it."""
    injected = {use.dependency for use in uses(project)} - {""}
    for module in project.controllers:
        for route in routes_of(module):
            for call in [node for node in ast.walk(route.function) if isinstance(node, ast.Call)]:
                if isinstance(call.func, ast.Name) and project.resolve(module, call.func) in injected:
                    yield module.remark(call, "ask for it: `Annotated[..., Depends(...)]`")


@rule("INJ003")
def a_dependency_is_no_coroutine(project: Project) -> Iterator[Remark]:
    """An async function returns `Depends(...)`, or `Depends` is given the coroutine of one."""
    for module in project.modules:
        for statement in module.nodes(ast.Return):
            made = isinstance(statement.value, ast.Call) and last_name(statement.value.func) == "Depends"
            if made and isinstance(module.function_around(statement), ast.AsyncFunctionDef):
                yield module.remark(statement, "FastAPI ignores this: its parameters become query parameters")
    for use in uses(project):
        target = use.call.args[0] if use.call.args else None
        if isinstance(target, ast.Call):
            found = project.functions.get(project.resolve(use.module, target.func))
            if found is not None and isinstance(found[1], ast.AsyncFunctionDef):
                yield use.module.remark(
                    target, "this is a coroutine, no dependency: make the factory a `def`"
                )


@rule("INJ004")
def work_is_committed_before_the_answer(project: Project) -> Iterator[Remark]:
    """A dependency commits after its `yield`, and a use of it does not say `scope="function"`."""
    for use in uses(project):
        found = project.functions.get(use.dependency)
        if found is not None and commits_after_yield(found[1]) and use.scope != "function":
            yield use.module.remark(use.call, 'it commits after the answer is sent: say scope="function"')


def commits_after_yield(function: Function) -> bool:
    """Whether a generator commits once its `yield` returns."""
    yields = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Yield)]
    if not yields:
        return False
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and last_name(node.func) == "commit" and node.lineno > min(yields):
            return True
        if isinstance(node, ast.AsyncWith | ast.With) and any(opens_work(item) for item in node.items):
            inside = [each for each in ast.walk(node) if isinstance(each, ast.Yield)]
            if inside:
                return True
    return False


def opens_work(item: ast.withitem) -> bool:
    """Whether a context manager commits at its end."""
    call = item.context_expr
    return isinstance(call, ast.Call) and last_name(call.func) in COMMITTING_CONTEXTS


@rule("INJ005")
def nobody_else_commits(project: Project) -> Iterator[Remark]:
    """Work is committed outside the one place."""
    for module in project.outside(project.configuration.database):
        for node in module.nodes(ast.Attribute):
            if node.attr == "commit":
                yield module.remark(node, "the unit of work commits: what is half done must not stay")


@rule("INJ006")
def settings_are_read_in_one_place(project: Project) -> Iterator[Remark]:
    """`Settings()` reads the environment outside the composition room."""
    for module in project.outside(project.configuration.composition):
        for call in module.nodes(ast.Call):
            is_read = isinstance(call.func, ast.Name) and call.func.id == "Settings" and not call.args
            if is_read and not call.keywords:
                yield module.remark(call, "take what you need as an argument")


@rule("INJ007")
def a_session_has_one_alias(project: Project) -> Iterator[Remark]:
    """One generator is asked for with two different scopes, so that it runs twice."""
    first: dict[str, Use] = {}
    for use in uses(project):
        found = project.functions.get(use.dependency)
        if found is None or not any(isinstance(node, ast.Yield) for node in ast.walk(found[1])):
            continue
        if commits_after_yield(found[1]) and use.scope != "function":
            continue
        known = first.setdefault(use.dependency, use)
        if known.scope != use.scope:
            yield use.module.remark(use.call, "another scope elsewhere: FastAPI then opens two of them")


@rule("INJ008")
def controllers_are_handed_their_services(project: Project) -> Iterator[Remark]:
    """A controller makes a service or a repository."""
    for module in project.controllers:
        for call in module.nodes(ast.Call):
            made = project.classes.get(project.resolve(module, call.func))
            within = module.function_around(call)
            if (
                made is not None
                and isinstance(within, FUNCTIONS)
                and made[1].name.endswith(("Service", "Repository"))
            ):
                yield module.remark(call, "ask for it: dependencies wire what services need")
