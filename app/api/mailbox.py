"""`/dev/mailbox`: in development, the mails that would have been sent. Elsewhere the route does not exist."""

import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.adapters.mailbox_folder import MailboxFolder
from app.api.access import public
from app.api.strict_route import StrictRoute
from app.core.exceptions import NotFoundError

PAGES = Path(__file__).parent / "mailbox_pages"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Style sheets within the page, its own and a mail's; no script, no image, nothing from elsewhere."""


def mailbox_router(mailbox: MailboxFolder, *, public_url: str) -> APIRouter:
    """The routes of one mailbox."""
    router = APIRouter(route_class=StrictRoute, include_in_schema=False)
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)

    @router.get("/dev/mailbox", dependencies=[public()])
    async def list_mails() -> HTMLResponse:
        """Answers a list of the mails, newest first."""
        page = pages.get_template("list.html.j2")
        return answer(page.render(title="Mailbox", mails=await mailbox.newest()))

    @router.get("/dev/mailbox/{mail_id}", dependencies=[public()])
    async def read_mail(mail_id: str) -> HTMLResponse:
        """Answers one mail, with links that work."""
        kept = await mailbox.find(mail_id)
        if kept is None:
            raise NotFoundError("mail")
        words = re.split(r"(\s+)", kept.mail.text)
        page = pages.get_template("mail.html.j2")
        return answer(page.render(title=kept.mail.subject, kept=kept, words=words, public_url=public_url))

    return router


def answer(page: str) -> HTMLResponse:
    """A page for people."""
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})
