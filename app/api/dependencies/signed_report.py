"""The reporter's signature, checked over the very bytes that it sent."""

from typing import Annotated

from fastapi import Header, Request

from app.adapters.outbound_client import OutboundError
from app.api.dependencies.resources import resources_of
from app.core.exceptions import NotFoundError, ReporterUnavailableError, ReportNotSignedError


async def require_signed_report(
    request: Request,
    key_id: Annotated[
        str | None, Header(alias="Github-Public-Key-Identifier", description="With which key.")
    ] = None,
    signature: Annotated[
        str | None,
        Header(alias="Github-Public-Key-Signature", description="ECDSA P-256 over the body, DER in base64."),
    ] = None,
) -> None:
    """Go on only if the reporter that is trusted has signed the body.

    Raises:
        NotFoundError: none is trusted.
        ReportNotSignedError: it has not.
        ReporterUnavailableError: its keys cannot be had.
    """
    reporter = resources_of(request.scope).leak_reporter
    if reporter is None:
        raise NotFoundError
    body = await request.body()
    try:
        if key_id and signature and await reporter.has_signed(body, key_id=key_id, signature=signature):
            return
    except OutboundError as error:
        raise ReporterUnavailableError from error
    raise ReportNotSignedError
