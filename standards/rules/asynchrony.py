"""Async everywhere: what must be awaited, and what must not be waited for."""

import ast
from collections.abc import Iterator

from standards.module import Module, dotted, last_name
from standards.project import Project
from standards.receivers import called, receiver_of
from standards.remark import Remark
from standards.routes import routes_of
from standards.rule import rule

BLOCKING = frozenset(
    {
        "time.sleep",
        "open",
        "input",
        "os.system",
        "os.popen",
        "socket.create_connection",
        "urllib.request.urlopen",
        "sqlalchemy.orm.Session",
        "sqlalchemy.create_engine",
    }
)
BLOCKING_LIBRARIES = (
    "requests.",
    "subprocess.",
    "shutil.",
    "sqlite3.",
    "psycopg2.",
    "smtplib.",
    "ftplib.",
    "boto3.",
)
HARMLESS = frozenset({"subprocess.list2cmdline", "shutil.which", "shutil.get_terminal_size"})
FILE_METHODS = frozenset({"read_text", "write_text", "read_bytes", "write_bytes"})
SYNCHRONOUS = frozenset(
    {
        "sqlalchemy.create_engine",
        "sqlalchemy.orm.Session",
        "sqlalchemy.orm.sessionmaker",
        "sqlalchemy.orm.scoped_session",
    }
)
SYNCHRONOUS_DRIVERS = frozenset(
    {"psycopg2", "pymysql", "MySQLdb", "sqlite3", "pg8000", "pymongo", "requests"}
)
PLAIN = frozenset(
    {"property", "staticmethod", "classmethod", "cached_property", "overload", "abstractmethod"}
)
CACHES = frozenset({"cache", "cached", "lru_cache"})
TOGETHER = frozenset({"asyncio.gather", "asyncio.wait"})
SESSION_NAMES = frozenset({"session", "db", "db_session"})


@rule("ASY001")
def handlers_are_async(project: Project) -> Iterator[Remark]:
    """A route's function is a plain `def`."""
    for module in project.within("api", *project.configuration.composition):
        for route in routes_of(module):
            if isinstance(route.function, ast.FunctionDef):
                yield module.remark_on_name(route.function, "a handler is `async def`")


@rule("ASY002")
def repositories_are_async(project: Project) -> Iterator[Remark]:
    """A public method of a repository is a plain `def`."""
    for module in project.within("repositories"):
        for definition in module.classes:
            if not definition.name.endswith("Repository"):
                continue
            for method in definition.body:
                if not isinstance(method, ast.FunctionDef) or method.name.startswith("_"):
                    continue
                if not any(last_name(each) in PLAIN for each in method.decorator_list):
                    yield module.remark_on_name(method, "a repository's method is `async def`")


@rule("ASY003")
def who_calls_the_async_is_async(project: Project) -> Iterator[Remark]:
    """A plain method of a service calls what must be awaited."""
    for module in project.within("services"):
        for call in module.nodes(ast.Call):
            around = module.function_around(call)
            if not isinstance(around, ast.FunctionDef) or hands_over(module, call):
                continue
            if isinstance(called(project, module, call), ast.AsyncFunctionDef) and is_plain(
                project, module, call
            ):
                yield module.remark(call, f"{around.name} cannot await this: make it `async def`")


def hands_over(module: Module, call: ast.Call) -> bool:
    """Whether a coroutine is given on: returned, or an argument of another call."""
    parent = module.parent(call)
    return isinstance(parent, ast.Return | ast.Call | ast.keyword | ast.Lambda | ast.withitem)


def is_plain(project: Project, module: Module, call: ast.Call) -> bool:
    """Whether calling makes a coroutine: neither a generator nor a context manager."""
    function = called(project, module, call)
    if function is None or function.decorator_list:
        return False
    return not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


@rule("ASY004")
def nothing_blocks_the_loop(project: Project) -> Iterator[Remark]:
    """An async function waits for a file, a process, a sleep or a reply in a way that stops all others."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if not isinstance(module.function_around(call), ast.AsyncFunctionDef):
                continue
            name = module.qualified(call.func)
            blocks = name in BLOCKING or (name.startswith(BLOCKING_LIBRARIES) and name not in HARMLESS)
            if blocks or (last_name(call.func) in FILE_METHODS and not is_awaited(module, call)):
                yield module.remark(
                    call.func, f"{dotted(call.func) or last_name(call.func)} stops every request"
                )


def is_awaited(module: Module, call: ast.Call) -> bool:
    """Whether a call stands right behind `await`."""
    return isinstance(module.parent(call), ast.Await)


@rule("ASY005")
def drivers_are_async(project: Project) -> Iterator[Remark]:
    """A synchronous driver, engine, session or HTTP client is imported."""
    for module in project.modules:
        for each in module.imports:
            if each.meaning in SYNCHRONOUS or each.module.partition(".")[0] in SYNCHRONOUS_DRIVERS:
                yield module.remark(each.alias, "this one blocks; take its async sibling")


@rule("ASY006")
def coroutines_are_awaited(project: Project) -> Iterator[Remark]:
    """A coroutine is made and dropped."""
    for module in project.modules:
        for statement in module.nodes(ast.Expr):
            call = statement.value
            if not isinstance(call, ast.Call) or not isinstance(
                module.function_around(call), ast.AsyncFunctionDef
            ):
                continue
            known = module.qualified(call.func) == "asyncio.sleep"
            function = called(project, module, call)
            if known or (isinstance(function, ast.AsyncFunctionDef) and is_plain(project, module, call)):
                yield module.remark(call, "nothing happens until this is awaited")


@rule("ASY007")
def one_session_does_one_thing(project: Project) -> Iterator[Remark]:
    """Several statements of one session are run at once."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if module.qualified(call.func) not in TOGETHER:
                continue
            asking = [
                each
                for each in call.args
                if isinstance(each, ast.Call) and uses_session(project, module, each)
            ]
            if len(asking) > 1:
                yield module.remark(call.func, "a session does one thing at a time: await these in turn")


def uses_session(project: Project, module: Module, call: ast.Call) -> bool:
    """Whether a call runs a statement on the request's session."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if last_name(call.func.value).strip("_") in SESSION_NAMES:
        return True
    place = receiver_of(project, module, call.func.value)
    return place is not None and (
        place[1].name.endswith("Repository") or project.is_within(module, ("repositories",))
    )


@rule("ASY008")
def coroutines_are_not_cached(project: Project) -> Iterator[Remark]:
    """A decorator remembers what an async function answers."""
    for module in project.modules:
        for function in module.nodes(ast.AsyncFunctionDef):
            for decorator in function.decorator_list:
                name = last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
                if name in CACHES:
                    yield module.remark(
                        decorator, "it remembers a coroutine, or an answer that nobody invalidates"
                    )
