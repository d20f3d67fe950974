"""One attempt at a request that carries an `Idempotency-Key`."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Scope

from app.api.dependencies.resources import resources_of
from app.api.strict_json import parse_json
from app.core.exceptions import MalformedJsonError, ValidationFailedError
from app.core.idempotency import KEY_LENGTH_MAX, Answer, RepeatableCall
from app.core.identifiers import one_spelling
from app.core.principal import Principal
from app.repositories.idempotency_key_repository import IdempotencyKeyRepository
from app.services.idempotency_service import IdempotencyService

HEADER = "Idempotency-Key"
RAW_HEADER = b"idempotency-key"


class AnswerReplayed(Exception):  # noqa: N818 -- no error: the way out with an answer that is there
    """The request was executed before; this is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Attempt:
    """Looks the answer up before the work, and keeps it with the work: in one transaction, or not at all."""

    def __init__(self, scope: Scope, session: AsyncSession) -> None:
        self.session = session
        self._scope = scope
        self._service = IdempotencyService(IdempotencyKeyRepository(session), resources_of(scope).secret_box)
        self._claimed: tuple[RepeatableCall, Principal] | None = None

    async def begin(self, request: Request, principal: Principal) -> None:
        """Go on only if the request has not been executed, nor is being executed.

        Raises:
            AnswerReplayed: it has been.
            IdempotencyKeyInFlightError: it is being executed.
            IdempotencyKeyReusedError: the key stands for another body.
            ValidationFailedError: the header is not one key of at most 255 characters.
        """
        call = RepeatableCall.of(
            principal,
            route=self._route(),
            idempotency_key=idempotency_key_in(self._scope),
            body=value_of(await request.body()),
        )
        answer = await self._service.claim(call)
        if answer is not None:
            raise AnswerReplayed(answer)
        self._claimed = call, principal

    async def end(self, answer: Answer) -> None:
        """Keep what the work was answered, if there was work and its answer is final."""
        if self._claimed is not None and answer.is_final:
            call, principal = self._claimed
            await self._service.keep(call, answer, user_id=principal.user_id)

    def _route(self) -> list[str]:
        place = [f"{name}={one_spelling(value)}" for name, value in self._scope["path_params"].items()]
        return [self._scope["method"], self._scope["route"].path_format, *place]


def carries_idempotency_key(scope: Scope) -> bool:
    """Whether the header is there at all."""
    return any(name == RAW_HEADER for name, _ in scope["headers"])


def idempotency_key_in(scope: Scope) -> str:
    """The one key of a request.

    Raises:
        ValidationFailedError: it is empty or too long, or there are several.
    """
    values: list[bytes] = [value for name, value in scope["headers"] if name == RAW_HEADER]
    if len(values) == 1 and 0 < len(values[0]) <= KEY_LENGTH_MAX:
        return values[0].decode("latin-1")
    detail = f"Must be sent once, with 1 to {KEY_LENGTH_MAX} characters."
    raise ValidationFailedError([{"parameter": HEADER, "detail": detail, "code": "idempotency_key_invalid"}])


def value_of(body: bytes) -> object:
    """What a body says, whoever wrote it down; a body that is no JSON stands for itself."""
    try:
        return parse_json(body)
    except MalformedJsonError:
        return body.hex()
