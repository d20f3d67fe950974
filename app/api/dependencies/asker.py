"""Who asks the gate about somebody else's credential."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from app.api.dependencies.credential import PresentedDep
from app.api.dependencies.stranger import stranger_demand
from app.core.admission import Presented
from app.core.client_address import canonical_address
from app.services.verification_service import Asker


async def get_asker(request: Request, presented: PresentedDep) -> Asker:
    """The asking service; whether it may ask is the gate's word."""
    return asker_of(request.scope, presented)


AskerDep = Annotated[Asker, Depends(get_asker)]


def asker_of(scope: Scope, presented: Presented) -> Asker:
    """The asker of a request that carries this credential."""
    state = scope["state"]
    stranger = stranger_demand(scope, presented)

    def note_subject(subject: str) -> None:
        state["subject"] = subject

    return Asker(
        presented, canonical_address(state["client_address"]), state["request_id"], stranger, note_subject
    )
