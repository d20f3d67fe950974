"""The answer to a proxy that asks whether a request may go on: what counts are its status and its headers.

One reading and one answer, for the fast lane and for the route.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Scope

from app.api.dependencies.credential import presented_in_headers
from app.api.dependencies.resources import resources_of
from app.api.dependencies.stranger import stranger_demand
from app.core.admission import Verdict
from app.core.client_address import canonical_address, is_trusted
from app.core.exceptions import AmbiguousRequestError, AppError
from app.core.forward_settings import FORWARD_PATH
from app.core.gcra import rate_limit_headers
from app.core.principal import Principal
from app.schemas.problem import PROBLEM_MEDIA_TYPE, problem_document
from app.services.forward_auth_service import ForwardedRequest, raise_when_refused

RawHeader = tuple[bytes, bytes]

URI_HEADERS = frozenset({b"x-original-uri", b"x-forwarded-uri"})
METHOD_HEADERS = frozenset({b"x-original-method", b"x-forwarded-method"})
PREFLIGHT_HEADERS = frozenset({b"origin", b"access-control-request-method"})
"""What makes an OPTIONS request a preflight (Fetch, section 3.2.2)."""
METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
UNSPOKEN = "GET"
"""The method in which most proxies ask, whatever the client's is."""
MODE_HEADER, STATUS_MODE = b"x-faregate-mode", b"nginx"
NATIVE_STATUSES = frozenset({401, 403})
"""Refusals that nginx hands on; it turns all others into 500."""
FALLBACK_STATUS = 403
INSTANCE_LENGTH_MAX = 500
NOBODY: Sequence[RawHeader] = (
    (b"content-length", b"0"),
    (b"x-faregate-subject", b""),
    (b"x-faregate-organization", b""),
    (b"x-faregate-key", b""),
    (b"x-faregate-scopes", b""),
    (b"x-faregate-credits-remaining", b""),
)
"""Let through without a credential: empty, so that they replace whatever a client made up."""


@dataclass(slots=True)
class Question:
    """What the headers of the proxy's request tell about the client's."""

    targets: set[str]
    methods: set[str]
    request_ids: list[bytes]
    told_preflight: set[bytes]
    in_status_mode: bool = False


@dataclass(slots=True)
class ForwardAnswer:
    """What the proxy gets."""

    status: int
    headers: Sequence[RawHeader]
    body: bytes = b""


async def answer_forwarded(scope: Scope) -> ForwardAnswer:
    """Decide a request on `/api/v1/forward-auth`, or below it: 200, or the problem."""
    question = read_question(scope)
    try:
        return await decide(scope, question)
    except AppError as error:
        return refusal(scope, question, error)


async def decide(scope: Scope, question: Question) -> ForwardAnswer:
    """Ask the gate; what it took from limits is told on every answer."""
    resources = resources_of(scope)
    state = scope["state"]
    target, method = sole(question.targets), method_of(question)
    if method == "OPTIONS" and resources.settings.forward.preflights and is_preflight(question):
        return ForwardAnswer(200, NOBODY)
    presented = presented_in_headers(scope)
    passage = await resources.forward_auth.decide(
        ForwardedRequest(
            presented,
            method,
            target,
            canonical_address(state["client_address"]),
            state["request_id"],
            stranger_demand(scope, presented),
            proxy_request_id(scope, question),
        )
    )
    verdict = passage.verdict
    state["rate_limit_headers"] = rate_limit_headers(verdict.takes)
    if verdict.principal is not None:
        state["subject"] = verdict.principal.subject
    raise_when_refused(passage)
    return ForwardAnswer(200, identity(verdict, verdict.principal))


def read_question(scope: Scope) -> Question:
    """Gather what the headers and the path tell; nothing is believed yet."""
    question = Question(set(), set(), [], set())
    for name, value in scope["headers"]:
        if name in URI_HEADERS:
            question.targets.add(value.decode("latin-1"))
        elif name in METHOD_HEADERS:
            question.methods.add("GET" if value == b"HEAD" else value.decode("latin-1"))
        elif name == b"x-request-id":
            question.request_ids.append(value)
        elif name in PREFLIGHT_HEADERS:
            question.told_preflight.add(name)
        elif name == MODE_HEADER and value == STATUS_MODE:
            question.in_status_mode = True
    if scope["method"] != UNSPOKEN:
        question.methods.add(scope["method"])
    if scope["path"] != FORWARD_PATH:
        question.targets.add(target_below(scope))
    return question


def target_below(scope: Scope) -> str:
    """The rest of the path, as it was sent, and the query: how some proxies hand on the client's own."""
    raw_path = scope.get("raw_path") or scope["path"].encode()
    path = raw_path.decode("latin-1").partition("?")[0]
    # A prefix that is escaped is not spelt by any proxy; what is left then begins with no slash.
    rest = path.removeprefix(FORWARD_PATH)
    query = scope["query_string"].decode("latin-1")
    return f"{rest}?{query}" if query else rest


def sole(told: set[str]) -> str | None:
    """The one thing that all sources tell; None if there is none.

    Raises:
        AmbiguousRequestError: they contradict each other, so one of them may be the client's invention.
    """
    if len(told) > 1:
        raise AmbiguousRequestError("The headers and the path tell different requests. Is one the client's?")
    return next(iter(told), None)


def method_of(question: Question) -> str:
    """The client's method.

    Raises:
        AmbiguousRequestError: it is told in two ways, or is not spelt as methods are.
    """
    told = sole(question.methods)
    method = UNSPOKEN if told is None else told
    if METHOD.fullmatch(method) is None:
        raise AmbiguousRequestError("A method is spelt in capital letters.")
    return method


def is_preflight(question: Question) -> bool:
    """Whether a browser asks what a page may send."""
    return question.told_preflight == PREFLIGHT_HEADERS


def proxy_request_id(scope: Scope, question: Question) -> str | None:
    """The request id of a proxy of ours; None for a stranger's, who could have one charge for all."""
    ids, client = question.request_ids, scope.get("client")
    if len(ids) != 1 or client is None or ids[0] != scope["state"]["request_id"].encode():
        return None
    proxies = resources_of(scope).settings.http.trusted_proxies
    peer = canonical_address(client[0]) if proxies else None
    return ids[0].decode() if peer is not None and is_trusted(peer, proxies) else None


def identity(verdict: Verdict, principal: Principal | None) -> Sequence[RawHeader]:
    """Who it is, for the API behind; always all of the headers, so that none of the client's own is left."""
    if principal is None:
        return NOBODY
    key_id = principal.key_id
    return [
        (b"content-length", b"0"),
        (b"x-faregate-subject", principal.subject.encode()),
        (b"x-faregate-organization", str(principal.organization_id).encode()),
        (b"x-faregate-key", b"" if key_id is None else str(key_id).encode()),
        (b"x-faregate-scopes", " ".join(sorted(principal.scopes)).encode("ascii", "replace")),
        (b"x-faregate-credits-remaining", str(verdict.remaining).encode()),
    ]


def refusal(scope: Scope, question: Question, error: AppError) -> ForwardAnswer:
    """A problem; for nginx, with a status that it hands on, and the rest in headers."""
    target = next(iter(question.targets)) if len(question.targets) == 1 else scope["path"]
    document = problem_document(
        error,
        instance=target.partition("?")[0][:INSTANCE_LENGTH_MAX],
        request_id=scope["state"]["request_id"],
    )
    body = json.dumps(document, separators=(",", ":")).encode()
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
    ]
    if not question.in_status_mode:
        return ForwardAnswer(error.status, headers, body)
    headers += [(b"x-auth-status", str(error.status).encode()), (b"x-auth-problem", body)]
    status = error.status if error.status in NATIVE_STATUSES else FALLBACK_STATUS
    return ForwardAnswer(status, headers, body)
