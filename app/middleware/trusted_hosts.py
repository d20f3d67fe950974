"""Only requests for hosts we answer for: everything that is built from the Host header stays honest."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.exceptions import UntrustedHostError
from app.middleware.problem_answer import send_problem

PROBES = "/health/"
"""Orchestrators probe by address; these answers contain nothing that depends on the host."""


class TrustedHostsMiddleware:
    """Answers 400 unless the Host header is one of `hosts`: names, or `*.example.org` for all below it."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self.app = app
        names = [host.lower() for host in hosts]
        self.names = frozenset(name for name in names if not name.startswith("*."))
        self.suffixes = tuple(name[1:] for name in names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(PROBES) or self.trusts(scope):
            await self.app(scope, receive, send)
        else:
            await send_problem(UntrustedHostError(), scope, send)

    def trusts(self, scope: Scope) -> bool:
        """Whether there is exactly one Host and it is ours."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = host_without_port(hosts[0].decode("latin-1")).lower()
        return host in self.names or (bool(self.suffixes) and host.endswith(self.suffixes))


def host_without_port(host: str) -> str:
    """`example.org` of `example.org:8000`; an IPv6 literal keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
