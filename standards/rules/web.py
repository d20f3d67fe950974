"""What browsers and proxies meet: origins, hosts, headers, middleware, pages, containers."""

import ast
import re
from collections.abc import Iterator

from standards.module import Module, constant, dotted, keyword, last_name
from standards.project import Project
from standards.remark import Remark
from standards.routes import routes_of
from standards.rule import rule

REFUSES = re.compile(r"(Limit|Auth|Quota|Credit|Body|TrustedHost|Errors?)\w*Middleware$")
DRESSES = re.compile(r"(SecurityHeaders|CORS|CrossOrigin)\w*$")
HOST_PARTS = frozenset({"base_url", "url_for"})
URL_PARTS = frozenset({"netloc", "hostname", "host"})
SLIM = re.compile(r"^FROM\s+\S*python:\S*(slim|alpine)", re.MULTILINE)
BLIND = re.compile(r"^HEALTHCHECK.*(?:\\\n.*)*?\b(?P<call>(?:httpx2?|requests)\.get)\b", re.MULTILINE)
READINESS = re.compile(r"/(ready|readyz|readiness)/?$")
CURL = re.compile(r"^HEALTHCHECK.*(?:\\\n.*)*?\b(?P<tool>curl|wget)\b", re.MULTILINE)


@rule("WEB001")
def origins_are_listed(project: Project) -> Iterator[Remark]:
    """CORS allows every origin, with credentials."""
    for module in project.modules:
        for call in module.nodes(ast.Call):
            credentials = constant(keyword(call, "allow_credentials"))
            origins = keyword(call, "allow_origins")
            pattern = constant(keyword(call, "allow_origin_regex"))
            is_any = isinstance(origins, ast.List | ast.Tuple) and any(
                constant(each) == "*" for each in origins.elts
            )
            if credentials is True and (is_any or pattern in {".*", "^.*$", ".+"}):
                yield module.remark(
                    call.func, "every page on the web could act for whoever is signed in: list the origins"
                )


@rule("WEB002")
def the_host_header_decides_nothing(project: Project) -> Iterator[Remark]:
    """A URL is made from the Host header, which anybody can send."""
    for module in project.within("api", "services", "middleware"):
        for node in module.nodes(ast.Attribute):
            owner = dotted(node.value)
            is_request = owner.rpartition(".")[2] == "request"
            is_url_part = owner.endswith("request.url") and node.attr in URL_PARTS
            if (is_request and node.attr in HOST_PARTS) or is_url_part:
                yield module.remark(node, "made from the Host header: use the configured public URL")
        for call in module.nodes(ast.Call):
            is_text = isinstance(call.func, ast.Name) and call.func.id == "str" and call.args
            if is_text and dotted(call.args[0]).endswith("request.url"):
                yield module.remark(call, "made from the Host header: use the configured public URL")


@rule("WEB003")
def headers_are_outermost(project: Project) -> Iterator[Remark]:
    """Middleware that refuses is added after the one that adds headers, so that refusals lack them."""
    for module in project.within(*project.configuration.composition, "middleware"):
        for function in [*module.functions, module.tree]:
            added = [
                each
                for each in own_calls(module, function)
                if last_name(each.func) == "add_middleware" and each.args
            ]
            dressed = ""
            for call in sorted(added, key=lambda each: each.lineno):
                name = last_name(call.args[0])
                if dressed and REFUSES.search(name):
                    yield module.remark(
                        call, f"the last one added is outermost: its refusals pass by {dressed}"
                    )
                if DRESSES.search(name):
                    dressed = name


def own_calls(module: Module, scope: ast.AST) -> Iterator[ast.Call]:
    """The calls of a function itself, or of the module outside functions."""
    for call in module.nodes(ast.Call):
        if (module.function_around(call) or module.tree) is scope:
            yield call


@rule("WEB004")
def the_docs_page_works(project: Project) -> Iterator[Remark]:
    """FastAPI's own docs page loads its assets from elsewhere, which the site's own policy forbids."""
    policies = [
        node
        for module in project.modules
        for node in module.nodes(ast.Constant)
        if isinstance(node.value, str) and "default-src" in node.value and "cdn" not in node.value
    ]
    for module in project.modules:
        for call in module.nodes(ast.Call):
            is_made = module.qualified(call.func) == "fastapi.FastAPI" and keyword(call, "docs_url") is None
            if is_made and policies:
                yield module.remark(call.func, "docs_url=None, and a page with assets of your own")


@rule("WEB005")
def the_health_check_has_its_tool(project: Project) -> Iterator[Remark]:
    """A slim image is checked with curl, which it does not have."""
    for path, text in project.files.items():
        is_slim = SLIM.search(text) is not None
        match = CURL.search(text) if path.endswith("Dockerfile") and is_slim else None
        installed = match is not None and re.search(
            rf"(apt-get|apk)[^\n]*(\\\n[^\n]*)*\b{match['tool']}\b", text
        )
        if match is not None and not installed:
            line = text.count("\n", 0, match.start("tool")) + 1
            column = match.start("tool") - text.rfind("\n", 0, match.start("tool"))
            message = "a slim image has no such tool: check with Python"
            yield Remark(path, line, column, column + len(match["tool"]), message)


@rule("WEB006")
def a_health_check_sees_failure(project: Project) -> Iterator[Remark]:
    """A health check asks and does not look at the status of the answer."""
    for path, text in project.files.items():
        match = BLIND.search(text) if path.endswith("Dockerfile") else None
        if match is not None and "raise_for_status" not in text and "status_code" not in text:
            line = text.count("\n", 0, match.start("call")) + 1
            column = match.start("call") - text.rfind("\n", 0, match.start("call"))
            message = "a 500 passes here: look at the status"
            yield Remark(path, line, column, column + len(match["call"]), message)


@rule("WEB007")
def readiness_is_told_by_the_status(project: Project) -> Iterator[Remark]:
    """A readiness route catches what it finds and answers 200 all the same."""
    for module in project.modules:
        for route in routes_of(module):
            nodes = list(ast.walk(route.function))
            swallows = any(isinstance(node, ast.ExceptHandler) and not has_raise(node) for node in nodes)
            if READINESS.search(route.path) and swallows and not sets_status(nodes):
                yield module.remark_on_name(
                    route.function, "what waits for it looks at the status alone: raise, or answer 503"
                )


def has_raise(node: ast.AST) -> bool:
    """Whether something is raised inside."""
    return any(isinstance(each, ast.Raise) for each in ast.walk(node))


def sets_status(nodes: list[ast.AST]) -> bool:
    """Whether an answer's status is chosen: by keyword, by assignment, or on an injected response."""
    return any(
        (isinstance(node, ast.keyword) and node.arg == "status_code")
        or (isinstance(node, ast.Attribute) and node.attr == "status_code")
        for node in nodes
    )
