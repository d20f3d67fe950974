"""How middleware refuses: the same problem document that the API answers, without a framework around it."""

import json

from starlette.types import Scope, Send

from app.core.exceptions import AppError
from app.schemas.problem import PROBLEM_MEDIA_TYPE, problem_document


async def send_problem(error: AppError, scope: Scope, send: Send) -> None:
    """Answer with the problem document of `error`."""
    document = problem_document(error, instance=scope["path"], request_id=scope["state"]["request_id"])
    body = json.dumps(document, separators=(",", ":")).encode()
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
