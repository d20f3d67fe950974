"""The route class of every router: what a route did not declare, it does not take."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response, params
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from app.api.access import Access, declared_access, require_declared
from app.api.answer_once import answer_once
from app.api.declared_parameters import QueryNames, declared_query_names
from app.api.dependencies.attempt import carries_idempotency_key
from app.api.strict_json import parse_json, require_json
from app.api.validation_problems import shown_name
from app.core.exceptions import NotFoundError, ValidationFailedError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
PARAMETERS_MAX = 100


class StrictRoute(APIRoute):
    """Demands what its declaration says, reads JSON strictly, refuses query parameters it does not know."""

    access: Access

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Any,  # noqa: ANN401 -- FastAPI's own, handed on
    ) -> None:
        """Put the guards where the declaration stands.

        Raises:
            TypeError: the route is not declared, or asks for more than it declares.
        """
        verbs = set(methods or ("GET",))
        name = f"{' '.join(sorted(verbs))} {path}"
        declared = list(dependencies or ())
        self.access = declared_access(name, verbs, declared)
        guards = self.access.guards(verbs)
        others = [each for each in declared if each is not self.access]
        super().__init__(path, endpoint, methods=methods, dependencies=[*guards, *others], **options)
        require_declared(name, self.access, guards, self.dependant)
        self.is_repeatable = self.access.is_repeatable(verbs)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one with an `Idempotency-Key` once, where that counts."""
        if self.is_repeatable and carries_idempotency_key(scope):
            await answer_once(super().handle, scope, receive, send)
        else:
            await super().handle(scope, receive, send)

    def get_route_handler(self) -> Handler:
        """Put the strict reading before FastAPI's own handler."""
        handle = super().get_route_handler()
        reads_body = self.body_field is not None
        names = declared_query_names(self.dependant)

        async def handle_strictly(request: Request) -> Response:
            if "\x00" in request.scope["path"]:
                raise NotFoundError
            if request.scope["query_string"]:
                require_known_parameters(request.scope["query_string"], names)
            if reads_body:
                request = StrictRequest(request.scope, request.receive)
                if await request.body():
                    require_json(request.scope["headers"])
                    await request.json()
            return await handle(request)

        return handle_strictly


class StrictRequest(Request):
    """A request whose body is read as strict JSON."""

    async def json(self) -> object:
        """The body's value, read once."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def require_known_parameters(query: bytes, names: QueryNames) -> None:
    """Go on only if every query parameter is declared, given once where one is meant, and storable text.

    Raises:
        ValidationFailedError: one is not.
    """
    try:
        pairs = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX
        )
    except ValueError:
        problem = {
            "parameter": "",
            "detail": "The query is not valid UTF-8, or too long.",
            "code": "query_invalid",
        }
        raise ValidationFailedError([problem]) from None
    problems: list[dict[str, str]] = []
    seen: set[str] = set()
    for name, value in pairs:
        if name not in names.all and names.are_all:
            problems.append(parameter_problem(name, "This is not known here.", "extra_forbidden"))
        elif name in seen and name in names.all - names.repeatable:
            problems.append(parameter_problem(name, "Must be given once.", "repeated"))
        elif "\x00" in value:
            problems.append(parameter_problem(name, "Must not contain NUL characters.", "value_error"))
        seen.add(name)
    if problems:
        raise ValidationFailedError(problems)


def parameter_problem(name: str, detail: str, code: str) -> dict[str, str]:
    """One entry of `errors`."""
    return {"parameter": shown_name(name), "detail": detail, "code": code}
