"""A proxy in front of an API whose routes have prices."""

from dataclasses import replace
from typing import Any

import httpx2
from fastapi import FastAPI

from app.core.forward_settings import FORWARD_PATH, ForwardSettings
from app.main import build_forward_auth, create_app

ROUTES = [
    {"method": "GET", "path": "/reports/{id}", "cost": 2},
    {"method": "POST", "path": "/reports", "cost": 5, "scopes": ["forecast:write"]},
    {"path": "/exports", "cost": 0, "limits": [{"name": "exports", "cost": 2}]},
    {"path": "/files/{rest:path}", "cost": 1, "limits": []},
]
PEER = ("127.0.0.1", 123)


def with_routes(app: FastAPI, forward: dict[str, Any] | None = None, *, trusted: bool = True) -> FastAPI:
    """The running application, with this route table; its peers are proxies of ours if they are trusted."""
    resources = app.state.resources
    settings = resources.settings.model_copy(
        update={
            "forward": ForwardSettings(**{"routes": ROUTES, **(forward or {})}),
            "http": resources.settings.http.model_copy(
                update={
                    "trusted_proxies": ["127.0.0.0/8"] if trusted else [],
                    "cors_origins": ["https://a.example.org"],
                }
            ),
        }
    )
    # Read again, as from the environment: what is copied in is not validated.
    settings = settings.model_copy(update={"http": type(settings.http)(**settings.http.model_dump())})
    application = create_app(settings)
    application.state.resources = replace(
        resources, settings=settings, forward_auth=build_forward_auth(settings.forward, resources.gate)
    )
    return application


class Proxy:
    """Asks about clients' requests, in the words of one kind of proxy."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def ask(
        self,
        target: str | None,
        *headers: tuple[str, str] | dict[str, str],
        method: str = "GET",
        below: str = "",
        **sent: str,
    ) -> httpx2.Response:
        """The answer about `target`; `sent` are headers, with `_` for `-`."""
        told = [] if target is None else [("X-Original-URI", target), ("X-Original-Method", method)]
        told += [(name.replace("_", "-"), value) for name, value in sent.items()]
        for each in headers:
            told += each.items() if isinstance(each, dict) else [each]
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False, client=PEER)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            own_method = method if target is None else "GET"
            return await http.request(own_method, FORWARD_PATH + below, headers=told)
