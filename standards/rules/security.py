"""Security: passwords, tokens, secrets, packages, and who may call what."""

import ast
import re
from collections.abc import Iterator

from standards.access import has_limit, is_declared, is_tried_before_anyone_is_known
from standards.module import Module, constant, dotted, keyword, last_name
from standards.packages import ABANDONED, FLOORS, MODULES, is_older, requirements_of
from standards.project import Project
from standards.remark import Remark
from standards.routes import routes_of
from standards.rule import rule

HASHERS = ("argon2.PasswordHasher", "argon2.low_level.hash_secret", "argon2.low_level.hash_secret_raw")
TYPES = frozenset({"I", "D"})
SECRET_NAME = re.compile(
    r"(^|_)(secret|secret_key|password|passwd|api_key|private_key|token|pepper)$", re.IGNORECASE
)
SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|sk_live_\w{16,}|xox[bp]-[\w-]{20,})"
)
SECRET_LENGTH_MIN = 8
POSITION_OF_ALGORITHMS = 3
SPEAKS_OF = re.compile(r"[\s:/{]|^[a-z_]+$|^[A-Z][a-z]+$|^<.*>$")
COMPARED = re.compile(r"(^|_)(digest|signature|hmac|mac|secret|token_hash|key_hash|password_hash)$")
CREDENTIAL_HEADERS = frozenset({"authorization", "x-api-key"})
FORWARDED = frozenset({"x-forwarded-for", "x-real-ip", "forwarded"})
LOGGERS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
TOLD = re.compile(r"^(password|secret|token|access_token|refresh_token|api_key|authorization)$")
CHECKS = frozenset({"verify", "verify_password", "check_password", "checkpw", "verify_and_update"})


@rule("GRD001")
def passwords_are_hashed_with_argon2id(project: Project) -> Iterator[Remark]:
    """Argon2 with too little memory or time, or in another variant."""
    least = {
        "memory_cost": project.configuration.argon2_memory_kib_min,
        "time_cost": project.configuration.argon2_iterations_min,
    }
    for module in project.modules:
        for call in module.nodes(ast.Call):
            if module.qualified(call.func) not in HASHERS:
                continue
            for name, most in least.items():
                given = keyword(call, name)
                cost = constant(given)
                if given is not None and isinstance(cost, int) and cost < most:
                    yield module.remark(given, f"{name} is at least {most} (OWASP, Argon2id)")
            variant = keyword(call, "type")
            if variant is not None and last_name(variant) in TYPES:
                yield module.remark(variant, "Type.ID: the others resist one kind of attack only")


@rule("GRD002")
def packages_are_alive_and_whole(project: Project) -> Iterator[Remark]:
    """A package that is abandoned, or pinned to a version with a known hole."""
    for module in project.modules:
        for each in module.imports:
            package = MODULES.get(each.module.partition(".")[0])
            if package is not None:
                yield module.remark(each.alias, f"{package}: {ABANDONED[package]}")
    for named in requirements_of(project):
        floor, hole = FLOORS.get(named.name, ("0", ""))
        message = ABANDONED.get(named.name)
        if message is None and named.version is not None and is_older(named.version, floor):
            message = f"{hole}: {floor} or later"
        if message is not None:
            yield Remark(named.path, named.line, named.column, named.column + len(named.name), message)


@rule("GRD003")
def secrets_are_not_in_the_code(project: Project) -> Iterator[Remark]:
    """A literal is a secret, or the default of one."""
    for module in project.modules:
        for node in module.nodes(ast.Constant):
            if isinstance(node.value, str) and SECRET_VALUE.search(node.value):
                yield module.remark(node, "whoever reads the code has it: take it from the environment")
        for name, value in named_values(module):
            text = constant(value)
            if isinstance(text, str) and SECRET_NAME.search(name) and looks_secret(text):
                yield module.remark(value, "whoever reads the code has it: take it from the environment")


def named_values(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Every name that is given a value: variables, fields and arguments."""
    for node in module.nodes(ast.Assign):
        yield from ((last_name(target), node.value) for target in node.targets)
    for field in module.nodes(ast.AnnAssign):
        if field.value is not None:
            yield last_name(field.target), field.value
    for each in module.nodes(ast.keyword):
        yield each.arg or "", each.value


def looks_secret(text: str) -> bool:
    """Whether a literal is a value rather than a word about one."""
    return len(text) >= SECRET_LENGTH_MIN and not SPEAKS_OF.search(text)


@rule("GRD004")
def tokens_are_read_whole(project: Project) -> Iterator[Remark]:
    """A JWT is decoded without saying which algorithms, issuer and audience will do."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            name = module.qualified(call.func)
            if not name.endswith("jwt.decode") or (name == "jwt.decode" and "jwt" not in module.bindings):
                continue
            by_registry = name.startswith("joserfc.") or module.bindings.get("jwt", "").startswith(
                ("joserfc", "authlib")
            )
            given = {each.arg for each in call.keywords} | (
                {"algorithms"} if len(call.args) >= POSITION_OF_ALGORITHMS else set()
            )
            wanted = ["algorithms"] if by_registry else ["algorithms", "issuer", "audience"]
            missing = [each for each in wanted if each not in given]
            if by_registry and "JWTClaimsRegistry" not in module.text:
                missing.append("a JWTClaimsRegistry with iss and aud")
            if missing:
                yield module.remark(call.func, f"say {', '.join(missing)}")


@rule("GRD005")
def a_token_is_of_one_kind(project: Project) -> Iterator[Remark]:
    """Tokens of several kinds are made, and read without looking at the kind."""
    makers = [module for module in project.modules if mentions_kind(module.tree, ("refresh",))]
    for module in makers:
        for call in module.nodes(ast.Call):
            function = module.function_around(call)
            is_decoding = last_name(call.func) == "decode" and "jwt" in dotted(call.func)
            if (
                is_decoding
                and function is not None
                and not mentions_kind(function, ("type", "typ", "token_use", "token_type"))
            ):
                yield module.remark(call.func, "a refresh token passes here as well: compare its type")


def mentions_kind(tree: ast.AST, words: tuple[str, ...]) -> bool:
    """Whether one of these strings stands in a piece of code."""
    return any(isinstance(node, ast.Constant) and node.value in words for node in ast.walk(tree))


@rule("GRD006")
def every_route_declares_its_access(project: Project) -> Iterator[Remark]:
    """A route neither says who may call it nor asks who does."""
    for module in project.controllers:
        for route in routes_of(module):
            if not is_declared(project, module, route):
                yield module.remark_on_name(
                    route.function, "say who may call it: dependencies=[public()], or a guard"
                )


@rule("GRD007")
def attempts_are_limited(project: Project) -> Iterator[Remark]:
    """A route at which secrets can be tried has no limit."""
    for module in project.controllers:
        for route in routes_of(module):
            if is_tried_before_anyone_is_known(route) and not has_limit(project, module, route):
                yield module.remark_on_name(route.function, "whoever calls it may guess for ever: limit it")


@rule("GRD008")
def digests_are_compared_in_constant_time(project: Project) -> Iterator[Remark]:
    """A digest or signature is compared with `==`."""
    for module in project.modules:
        if project.room_of(module.name) in {"models", "schemas", "repositories"}:
            continue
        for node in module.nodes(ast.Compare):
            if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
                continue
            sides = (node.left, node.comparators[0])
            if any(COMPARED.search(last_name(side)) for side in sides) and not any(
                isinstance(side, ast.Constant) for side in sides
            ):
                yield module.remark(node, "how long it takes tells how much was right: hmac.compare_digest")


@rule("GRD009")
def credentials_are_read_in_one_place(project: Project) -> Iterator[Remark]:
    """A header with a credential is read before anybody has verified it."""
    for module in project.outside(project.configuration.credential_readers):
        for node, name in headers_read(module):
            if name in CREDENTIAL_HEADERS:
                yield module.remark(node, "anybody can send this: use the verified identity")


@rule("GRD010")
def addresses_are_read_through_trusted_proxies(project: Project) -> Iterator[Remark]:
    """A forwarded address is believed."""
    for module in project.outside(project.configuration.address_readers):
        for node, name in headers_read(module):
            if name in FORWARDED:
                yield module.remark(node, "anybody can send this: walk it from configured proxies only")


def headers_read(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every header of a request that is read by name: `headers["x"]`, `headers.get("x")`."""
    for node in module.nodes(ast.Subscript):
        if last_name(node.value) == "headers" and isinstance(node.ctx, ast.Load):
            yield node, str(constant(node.slice)).lower()
    for call in module.nodes(ast.Call):
        is_get = isinstance(call.func, ast.Attribute) and call.func.attr in {"get", "getlist"} and call.args
        if is_get and last_name(call.func.value) == "headers":  # type: ignore[attr-defined]  # is_get
            yield call, str(constant(call.args[0])).lower()


@rule("GRD011")
def logs_keep_secrets(project: Project) -> Iterator[Remark]:
    """A secret is logged."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            is_log = isinstance(call.func, ast.Attribute) and call.func.attr in LOGGERS
            if not is_log or not last_name(call.func.value).lower().endswith(("log", "logger", "logging")):  # type: ignore[attr-defined]  # is_log
                continue
            for value in [*call.args, *(each.value for each in call.keywords)]:
                if TOLD.match(last_name(value)):
                    yield module.remark(value, "logs are read by many and kept for long")


@rule("GRD012")
def unknown_accounts_take_as_long(project: Project) -> Iterator[Remark]:
    """A sign-in answers at once for an account that does not exist."""
    for module in project.within("services", "api"):
        for function in module.functions:
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            checks = [call.lineno for call in calls if is_password_check(call)]
            for branch in [node for node in function.body if isinstance(node, ast.If)]:
                if checks and branch.lineno < min(checks) and refuses_nobody(branch):
                    yield module.remark(
                        branch.test, "how fast it answers tells who is known: verify a dummy hash, too"
                    )


def is_password_check(node: ast.Call) -> bool:
    """Whether a call compares a password with its hash."""
    if last_name(node.func) not in CHECKS:
        return False
    return any(
        "password" in last_name(each).lower() or "hash" in last_name(each).lower() for each in node.args
    )


def refuses_nobody(branch: ast.If) -> bool:
    """Whether a branch is `if user is None` or `if not user` and leaves without any work."""
    test = branch.test
    is_none = (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is)
        and constant(test.comparators[0]) is None
    )
    is_not = (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name)
    )
    works = any(isinstance(node, ast.Await) for statement in branch.body for node in ast.walk(statement))
    return (is_none or is_not) and not works and isinstance(branch.body[-1], ast.Raise | ast.Return)
