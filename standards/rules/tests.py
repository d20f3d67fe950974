"""Tests: they assert, they meet the real database, and every module has its own."""

import ast
import re
from collections.abc import Iterator

from standards.module import FUNCTIONS, Function, Module, dotted, keyword, last_name
from standards.project import Project
from standards.remark import Remark
from standards.rule import rule

PROOFS = re.compile(
    r"^(assert|raises|warns|fail|expect|verify|check|require|prove|approx)",
    re.IGNORECASE,
)
HYPOTHESIS = frozenset({"given", "run_state_machine_as_test"})
"""What they run fails when anything is raised."""
MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "create_autospec", "mock_open"})
OURS_MOCKED = re.compile(r"(Session|Repository|Engine|Connection)$")
SESSION = re.compile(r"(^|_)(session|repository|repo|db|engine|connection)$")
SQLITE = re.compile(r"^(sqlite(\+\w+)?://|:memory:)")


def tests_of(module: Module) -> Iterator[Function]:
    """The test functions of a module."""
    if module.stem.startswith("test_") or module.stem.endswith("_test"):
        for function in module.functions:
            if function.name.startswith("test") and not isinstance(module.parent(function), FUNCTIONS):
                yield function


@rule("TST001")
def tests_assert(project: Project) -> Iterator[Remark]:
    """A test asserts nothing, nor does what it calls."""
    for module in project.tests:
        for function in tests_of(module):
            if not proves(project, module, function, depth=3):
                yield module.remark_on_name(function, "it passes whatever happens")


def proves(project: Project, module: Module, function: Function, *, depth: int) -> bool:
    """Whether a function asserts, or one that it calls does."""
    called: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assert | ast.Raise) or last_name(node) in HYPOTHESIS:
            return True
        if isinstance(node, ast.Call):
            if PROOFS.match(last_name(node.func).lstrip("_")):
                return True
            called.add(last_name(node.func))
    called |= {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    if depth == 0:
        return False
    return any(
        proves(project, place, definition, depth=depth - 1)
        for place, definition in functions_named(project, module, called)
        if definition is not function
    )


def functions_named(project: Project, module: Module, names: set[str]) -> Iterator[tuple[Module, Function]]:
    """The functions, methods and fixtures of these names in a module and in what it imports."""
    places = [module]
    places += [
        found
        for each in module.imports
        if (found := project.by_name.get(project.target_of(each))) is not None
    ]
    for place in places:
        if place.path.startswith(f"{project.configuration.tests}/"):
            yield from ((place, each) for each in place.functions if each.name in names)


@rule("TST002")
def the_database_is_not_mocked(project: Project) -> Iterator[Remark]:
    """A session or repository is replaced by a mock."""
    for module in project.tests:
        for call in module.nodes(ast.Call):
            name = last_name(call.func)
            if name in MOCKS and is_about_data(module, call):
                yield module.remark(call.func, "a mock agrees with every mistake: use the real database")
            is_patch = name == "patch" or dotted(call.func).endswith(
                ("patch.object", "monkeypatch.setattr", "mocker.patch")
            )
            if is_patch and call.args and names_data(call.args[0]):
                yield module.remark(call.args[0], "a mock agrees with every mistake: use the real database")


def is_about_data(module: Module, call: ast.Call) -> bool:
    """Whether a mock stands for a session or a repository."""
    spec = keyword(call, "spec") or (call.args[0] if call.args else None)
    if spec is not None and OURS_MOCKED.search(last_name(spec)):
        return True
    parent = module.parent(call)
    return isinstance(parent, ast.Assign) and SESSION.search(last_name(parent.targets[0])) is not None


def names_data(target: ast.expr) -> bool:
    """Whether what is patched is part of a repository or a session."""
    text = target.value if isinstance(target, ast.Constant) else dotted(target)
    return (
        isinstance(text, str)
        and re.search(r"repositor|\bAsyncSession\b|\bsession\b|Repository\b", text) is not None
    )


@rule("TST003")
def the_database_is_the_real_one(project: Project) -> Iterator[Remark]:
    """Tests run on SQLite."""
    for module in project.tests:
        for node in module.nodes(ast.Constant):
            if isinstance(node.value, str) and SQLITE.match(node.value):
                yield module.remark(node, "SQLite hides what PostgreSQL refuses, locks and rounds")


@rule("TST004")
def every_module_has_a_test_of_its_own(project: Project) -> Iterator[Remark]:
    """No test bears a module's name, nor imports what it defines."""
    names = " ".join(module.stem for module in test_modules(project))
    imported = imported_by_tests(project)
    for module in project.within(*project.configuration.entry_points):
        excused = module.is_package or project.is_within(module, project.configuration.twin_exceptions)
        is_told_of = module.name in imported or subject_of(module) in names
        if not is_told_of and not excused and has_code(module):
            yield module.remark_on_file(f"no test is about {subject_of(module)}, nor imports it")


def test_modules(project: Project) -> list[Module]:
    """The modules with tests in them, not those that help."""
    return [module for module in project.tests if next(tests_of(module), None) is not None]


def imported_by_tests(project: Project) -> set[str]:
    """The modules whose names tests import, through a package or from where they are defined."""
    imports = [each for module in test_modules(project) for each in module.imports]
    origins = (project.origin_of(each.meaning).rpartition(".")[0] for each in imports)
    return {project.target_of(each) for each in imports} | set(origins)


def subject_of(module: Module) -> str:
    """The noun that a module is about: `passkey` of `passkey_service`, which test_passkeys proves."""
    return re.sub(r"(_(service|repository|errors|settings)|ies|s)$", "", module.stem).rpartition("_")[2]


def has_code(module: Module) -> bool:
    """Whether a module has a function to prove."""
    return next(iter(module.functions), None) is not None


@rule("TST005")
def the_event_loop_is_pytests(project: Project) -> Iterator[Remark]:
    """A fixture `event_loop` replaces that of pytest-asyncio."""
    for module in project.tests:
        for function in module.functions:
            if function.name == "event_loop":
                yield module.remark_on_name(
                    function, "gone from pytest-asyncio: asyncio_default_fixture_loop_scope"
                )


@rule("TST006")
def skips_say_why(project: Project) -> Iterator[Remark]:
    """A test is skipped without a reason."""
    for module in project.tests:
        for function in tests_of(module):
            for decorator in function.decorator_list:
                name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
                reasoned = isinstance(decorator, ast.Call) and (
                    decorator.args or keyword(decorator, "reason")
                )
                if name.endswith(("mark.skip", "mark.xfail")) and not reasoned:
                    yield module.remark(decorator, "say why, and until when")
