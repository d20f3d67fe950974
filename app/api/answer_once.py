"""Requests with an `Idempotency-Key`: the answer is kept in the transaction of the work.

The route's own unit of work becomes a part of a larger one: what a route has done is undone when it fails,
and yet its answer, such as a 404, is kept, before anybody else may execute the same call.
"""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.dependencies.attempt import AnswerReplayed, Attempt
from app.api.dependencies.resources import resources_of
from app.core.database import transaction
from app.core.idempotency import Answer

REPLAYED = (b"idempotent-replayed", b"true")


async def answer_once(handle: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that may be a repetition; nothing is sent before the commit."""
    async with transaction(resources_of(scope).engine) as session:
        attempt = scope["state"]["attempt"] = Attempt(scope, session)
        answer = await attempted(handle, scope, receive, attempt)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Nobody knows what has come of it, perhaps not even whether there is a connection.
            await session.rollback()
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})


async def attempted(handle: ASGIApp, scope: Scope, receive: Receive, attempt: Attempt) -> Answer:
    """What the route answers, or has answered."""
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    try:
        await handle(scope, receive, collect)
    except AnswerReplayed as replay:
        answer = replay.answer
        return answer._replace(headers=[*answer.headers, REPLAYED])
    start, *parts = messages
    answer = Answer(start["status"], start["headers"], b"".join(part.get("body", b"") for part in parts))
    await attempt.end(answer)
    return answer
