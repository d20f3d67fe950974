"""Traefik as its documentation describes it: "HTTP middlewares", ForwardAuth and Headers (v3).

- Middlewares run in the order in which the router names them.
- customRequestHeaders: an empty value removes the header, another one replaces it.
- forwardAuth asks `address` with a GET; the client's headers go along, or those of authRequestHeaders alone;
  X-Forwarded-Method, -Proto, -Host, -Uri and -For are Traefik's own unless trustForwardHeader.
- A 2xx grants access: authResponseHeaders and all that match authResponseHeadersRegex are stripped from the
  request and copied from the answer. Every other answer is the client's. No answer: 500.
"""

import re
from urllib.parse import urlsplit

import httpx2

from tests.api.proxies.simulator import Ask, Headers, Outcome, Request, without


class Traefik:
    """Routes by a dynamic configuration."""

    def __init__(self, config: dict) -> None:
        (router,) = config["http"]["routers"].values()
        assert router["service"] in config["http"]["services"]
        self._middlewares = [config["http"]["middlewares"][name] for name in router["middlewares"]]

    async def handle(self, request: Request, ask: Ask) -> Outcome:
        """Let one request through the middlewares."""
        for middleware in self._middlewares:
            ((kind, options),) = middleware.items()
            if kind == "headers":
                request = set_headers(request, options["customRequestHeaders"])
                continue
            assert kind == "forwardAuth"
            try:
                answer = await ask("GET", urlsplit(options["address"]).path, question(request, options))
            except httpx2.TransportError:
                return Outcome(None, 500, {})
            if not answer.is_success:
                return Outcome(None, answer.status_code, answer.headers, answer.text)
            request = replace_headers(request, options, answer)
        return Outcome(request, 200, {})


def set_headers(request: Request, custom: dict[str, str]) -> Request:
    """Replace or remove."""
    kept = without(request.headers, {name.lower() for name in custom})
    return Request(request.method, request.target, [*kept, *((n, v) for n, v in custom.items() if v)])


def question(request: Request, options: dict) -> Headers:
    """The headers of the request to the authentication server."""
    allowed = {name.lower() for name in options.get("authRequestHeaders", ())}
    headers = [pair for pair in request.headers if not allowed or pair[0].lower() in allowed]
    told = {
        "X-Forwarded-Method": request.method,
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "api.example.org",
        "X-Forwarded-Uri": request.target,
        "X-Forwarded-For": "192.0.2.1",
    }
    if options.get("trustForwardHeader"):
        told |= {name: request.all(name)[0] for name in told if request.all(name)}
    return [*without(headers, {name.lower() for name in told}), *told.items()]


def replace_headers(request: Request, options: dict, answer: httpx2.Response) -> Request:
    """Copy from the answer, in place of the client's."""
    names = {name.lower() for name in options.get("authResponseHeaders", ())}
    pattern = re.compile(options.get("authResponseHeadersRegex", r"(?!)"))
    stripped = [(n, v) for n, v in request.headers if n.lower() not in names and not pattern.search(n)]
    copied = [(n, v) for n, v in answer.headers.multi_items() if n in names or pattern.search(n)]
    return Request(request.method, request.target, [*stripped, *copied])
