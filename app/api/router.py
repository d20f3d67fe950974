"""All routes, in the order in which they are tried."""

from fastapi import FastAPI

from app.api import docs, health, problem_pages, well_known
from app.api.v1 import router as v1


def include_routers(app: FastAPI) -> None:
    """Give the application its routes."""
    # One flat list: each level of inclusion would cost every request another search.
    app.router.routes.extend(v1.routes)
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    app.include_router(well_known.router)


def include_docs(app: FastAPI) -> None:
    """Serve the interactive documentation and the OpenAPI document."""
    app.include_router(docs.router)
