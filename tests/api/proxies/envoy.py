"""Envoy as its documentation describes it: "HTTP filters: External Authorization" and "Header mutation", the
HTTP connection manager's header sanitising, and the API reference of `ext_authz.v3`.

- At the edge (use_remote_address) x-request-id is replaced, x-forwarded-for gets the peer's address appended.
- Paths are normalised before the filters see them, if configured; names with underscores may be refused.
- The filters run in order; the headers that the routes remove go last, in the router.
- ext_authz over HTTP asks in the client's method, on path_prefix + path; Host, Content-Length and
  Authorization go along, and what allowed_headers match.
- A 200 grants access: allowed_upstream_headers overwrite the request's, allowed_client_headers_on_success are
  added to the client's answer. Every other answer is the client's, with all of its headers unless
  allowed_client_headers lists some. No answer: status_on_error, unless failure_mode_allow.
"""

import posixpath
from uuid import uuid4

import httpx2

from tests.api.proxies.simulator import Ask, Headers, Outcome, Request, without

ALWAYS_TOLD = {"host", "content-length", "authorization"}
STATUS = {"ServiceUnavailable": 503}


class Envoy:
    """Filters by a static configuration."""

    def __init__(self, config: dict) -> None:
        (listener,) = config["static_resources"]["listeners"]
        (manager,) = listener["filter_chains"][0]["filters"]
        self._manager = manager["typed_config"]
        *self._filters, router = [each["typed_config"] for each in self._manager["http_filters"]]
        assert router["@type"].endswith("router.v3.Router")
        self._clusters = {cluster["name"] for cluster in config["static_resources"]["clusters"]}

    async def handle(self, request: Request, ask: Ask) -> Outcome:
        """Let one request through the filters."""
        if self._refuses_name_of(request):
            return Outcome(None, 400, {})
        request = self._at_the_edge(request)
        told: dict[str, str] = {}
        for each in self._filters:
            if each["@type"].endswith("HeaderMutation"):
                removed = {mutation["remove"] for mutation in each["mutations"]["request_mutations"]}
                request = Request(request.method, request.target, without(request.headers, removed))
                continue
            assert each["@type"].endswith("ext_authz.v3.ExtAuthz")
            outcome = await self._authorize(each, request, ask)
            if outcome.passed is None:
                return outcome
            request, told = outcome.passed, told | dict(outcome.headers)
        routes = self._manager["route_config"]
        kept = without(request.headers, set(routes["request_headers_to_remove"]))
        assert routes["virtual_hosts"][0]["routes"][0]["route"]["cluster"] in self._clusters
        return Outcome(Request(request.method, request.target, kept), 200, told)

    async def _authorize(self, options: dict, request: Request, ask: Ask) -> Outcome:
        service = options["http_service"]
        assert service["server_uri"]["cluster"] in self._clusters
        headers = [
            (name, value)
            for name, value in request.headers
            if name.lower() in ALWAYS_TOLD or matches(options["allowed_headers"], name)
        ]
        try:
            answer = await ask(request.method, service["path_prefix"] + request.target, headers)
        except httpx2.TransportError:
            if options["failure_mode_allow"]:
                return Outcome(request, 200, {})
            return Outcome(None, STATUS[options["status_on_error"]["code"]], {})
        rules = service["authorization_response"]
        if answer.status_code != 200:
            assert "allowed_client_headers" not in rules
            return Outcome(None, answer.status_code, answer.headers, answer.text)
        passed = overwrite(request, rules["allowed_upstream_headers"], answer)
        told = {
            n: v for n, v in answer.headers.items() if matches(rules["allowed_client_headers_on_success"], n)
        }
        return Outcome(passed, 200, told)

    def _refuses_name_of(self, request: Request) -> bool:
        action = self._manager["common_http_protocol_options"]["headers_with_underscores_action"]
        return action == "REJECT_REQUEST" and any("_" in name for name, _ in request.headers)

    def _at_the_edge(self, request: Request) -> Request:
        assert self._manager["use_remote_address"]
        headers: Headers = without(request.headers, {"x-forwarded-for"})
        headers.append(("x-forwarded-for", ", ".join([*request.all("x-forwarded-for"), "192.0.2.1"])))
        if not self._manager["preserve_external_request_id"]:
            headers = [*without(headers, {"x-request-id"}), ("x-request-id", str(uuid4()))]
        path, question_mark, query = request.target.partition("?")
        if self._manager["merge_slashes"] and self._manager["normalize_path"]:
            slash = "/" if path.endswith("/") and path != "/" else ""
            path = "/" + posixpath.normpath(path).strip("/") + slash
        return Request(request.method, path + question_mark + query, headers)


def matches(matcher: dict, name: str) -> bool:
    """Whether a list of string matchers has this name."""
    return any(
        name.lower() == pattern.get("exact") or name.lower().startswith(pattern.get("prefix", "\0"))
        for pattern in matcher["patterns"]
    )


def overwrite(request: Request, matcher: dict, answer: httpx2.Response) -> Request:
    """The request with the allowed headers of the answer, in place of its own of the same names."""
    copied = [(name, value) for name, value in answer.headers.multi_items() if matches(matcher, name)]
    kept = without(request.headers, {name for name, _ in copied})
    return Request(request.method, request.target, [*kept, *copied])
