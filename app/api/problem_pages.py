"""`/problems/{code}`: what the `type` of a problem document points to, for people."""

from collections.abc import Iterator
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from app.api.access import public
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.exceptions import AppError, NotFoundError

router = APIRouter(prefix="/problems", tags=["Problems"], route_class=StrictRoute)

ProblemCode = Annotated[str, Path(description="The `code` of a problem.", examples=["not_found"])]

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} ({status})</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{promise}</p>
<dl>
<dt>HTTP status</dt><dd>{status}</dd>
<dt>Code</dt><dd><code>{code}</code></dd>
</dl>
<p>An answer with this problem also has a <code>request_id</code>: quote it when you ask for help.</p>
</main>
</body>
</html>
"""


def known_errors(root: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Every error that has a code, families before their leaves."""
    for error in root.__subclasses__():
        yield error
        yield from known_errors(error)


def pages() -> dict[str, str]:
    """The page of each code; the first class that has a code explains it."""
    found: dict[str, str] = {}
    for error in known_errors():
        found.setdefault(error.code, page(error))
    return found


def page(error: type[AppError]) -> str:
    """What one kind of error means."""
    promise = (error.__doc__ or "").partition("\n")[0]
    return PAGE.format(
        title=escape(error.title), status=error.status, code=escape(error.code), promise=escape(promise)
    )


PAGES = pages()


@router.get(
    "/{code}",
    summary="Explain a problem",
    response_class=HTMLResponse,
    responses=problem_responses(404),
    dependencies=[public()],
)
async def explain_problem(code: ProblemCode) -> HTMLResponse:
    """Answers a page for people about one `code` of problem documents."""
    if code not in PAGES:
        raise NotFoundError("problem")
    return HTMLResponse(PAGES[code], headers={"Cache-Control": "public, max-age=3600"})
