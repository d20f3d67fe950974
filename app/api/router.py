"""All routes, in the order in which they are tried."""

from fastapi import FastAPI

from app.adapters.mailbox_folder import MailboxFolder
from app.api import account_pages, docs, health, problem_pages, well_known
from app.api.mailbox import mailbox_router
from app.api.v1 import router as v1


def include_routers(app: FastAPI) -> None:
    """Give the application its routes."""
    # One flat list: each level of inclusion would cost every request another search.
    app.router.routes.extend(v1.routes)
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    app.include_router(account_pages.router)
    app.include_router(well_known.router)


def include_docs(app: FastAPI) -> None:
    """Serve the interactive documentation and the OpenAPI document."""
    app.include_router(docs.router)


def include_mailbox(app: FastAPI, mailbox: MailboxFolder, *, public_url: str) -> None:
    """Show the mails of development."""
    app.include_router(mailbox_router(mailbox, public_url=public_url))
