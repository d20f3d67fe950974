"""`/account/...`: the pages that mailed links open. They call the API, and know nothing but what it says."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from app.api.access import public
from app.api.strict_route import StrictRoute
from app.core.exceptions import NotFoundError

router = APIRouter(prefix="/account", route_class=StrictRoute, include_in_schema=False)

ASSETS = Path(__file__).parent / "account_assets"
PAGES = ("sign-up", "password-reset", "email", "invitation")
MEDIA_TYPES = {"account.css": "text/css", "account.js": "text/javascript"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@router.get("/{page}", dependencies=[public()])
async def show_account_page(page: str) -> FileResponse:
    """Answers a page. The token stands in the link's fragment, which stays in the browser."""
    if page not in PAGES:
        raise NotFoundError("page")
    return FileResponse(
        ASSETS / f"{page}.html", media_type="text/html", headers={"Content-Security-Policy": POLICY}
    )


@router.get("/assets/{name}", dependencies=[public()])
async def read_account_asset(name: str) -> FileResponse:
    """Answers one of the files that the pages need."""
    if name not in MEDIA_TYPES:
        raise NotFoundError("file")
    return FileResponse(
        ASSETS / name, media_type=MEDIA_TYPES[name], headers={"Cache-Control": "public, max-age=3600"}
    )
