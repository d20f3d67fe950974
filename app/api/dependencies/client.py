"""The other end of the request."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.client import Client, printable_user_agent


async def get_client(request: Request) -> Client:
    """The address that the outermost middleware found, and the software that the client names."""
    user_agent = printable_user_agent(request.headers.get("user-agent"))
    return Client(request.scope["state"]["client_address"], user_agent)


ClientDep = Annotated[Client, Depends(get_client)]
