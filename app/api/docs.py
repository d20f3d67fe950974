"""`/docs`: Swagger UI from our own files, so that it works offline and under the site's own policy."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse

from app.api.access import public
from app.api.strict_route import StrictRoute
from app.core.exceptions import NotFoundError

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

ASSETS = Path(__file__).parent / "docs_assets"
MEDIA_TYPES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Faregate API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""


@router.get("/docs", dependencies=[public()])
async def show_docs() -> HTMLResponse:
    """Answers the page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/{name}", dependencies=[public()])
async def read_docs_asset(name: str) -> FileResponse:
    """Answers one of the files that the page needs."""
    if name not in MEDIA_TYPES:
        raise NotFoundError("file")
    return FileResponse(
        ASSETS / name, media_type=MEDIA_TYPES[name], headers={"Cache-Control": "public, max-age=3600"}
    )
