"""All routes, in the order in which they are tried: the gate's own come first."""

from fastapi import FastAPI

from app.api import docs, health, problem_pages, well_known
from app.api.v1 import verify
from app.api.v1.router import router as v1


def include_routers(app: FastAPI) -> None:
    """Give the application its routes."""
    # Each level of inclusion costs a request a second search, and this is the route that is paid by the call.
    app.router.routes.extend(verify.router.routes)
    app.include_router(v1)
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    app.include_router(well_known.router)


def include_docs(app: FastAPI) -> None:
    """Serve the interactive documentation and the OpenAPI document."""
    app.include_router(docs.router)
