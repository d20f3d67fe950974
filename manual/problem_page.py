"""The problems: every code that an error document can have, from the tree of errors."""

from app.api.problem_pages import known_errors
from app.core.exceptions import AppError
from manual.markdown import code, page, table

TOLD = (
    "Every `code` of a problem document and what it means. "
    "[Errors](../errors.md) says how to read one and what to do."
)


def problem_page() -> str:
    """Every code by its status."""
    found: dict[str, type[AppError]] = {}
    for error in known_errors():
        found.setdefault(error.code, error)
    rows = [
        (str(error.status), code(error.code), error.title, promise(error))
        for error in sorted(found.values(), key=lambda error: (error.status, error.code))
    ]
    return page("Problems", TOLD, table(("Status", "Code", "Title", "Means"), rows))


def promise(error: type[AppError]) -> str:
    """The first line of what an error says of itself."""
    return (error.__doc__ or "").partition("\n")[0]
