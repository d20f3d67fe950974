"""Forward-auth: a proxy asks whether a client's request may go on to the API behind it."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from app.api.access import forwarded
from app.api.forward_auth import answer_forwarded
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/forward-auth", tags=["Gate"], route_class=StrictRoute)

OriginalUri = Annotated[
    str | None,
    Header(alias="X-Original-URI", description="What the client asked for.", examples=["/reports/7?page=2"]),
]
OriginalMethod = Annotated[
    str | None, Header(alias="X-Original-Method", description="In which method.", examples=["POST"])
]
ALLOWED = {
    "description": "The request may go on. The headers tell who it is from.",
    "headers": {
        name: {"schema": {"type": "string"}}
        for name in (
            "X-Faregate-Subject",
            "X-Faregate-Organization",
            "X-Faregate-Key",
            "X-Faregate-Scopes",
            "X-Faregate-Credits-Remaining",
        )
    },
}


@router.get(
    "",
    summary="Let a proxy ask",
    response_class=Response,
    responses={200: ALLOWED, **problem_responses(400, 401, 402, 403, 422, 429, 503)},
    dependencies=[forwarded()],
)
async def forward_auth(
    request: Request,
    original_uri: OriginalUri = None,  # noqa: ARG001 -- read with all the others; here for the document
    original_method: OriginalMethod = None,  # noqa: ARG001
) -> Response:
    """Decide about a request that a proxy holds back, and charge for it, in one commit.

    Any method will do, and any path below this one stands for the client's own. What a route demands and
    costs is in the operator's route table. Send the client's `Authorization` or `X-API-Key` along.
    """
    answer = await answer_forwarded(request.scope)
    headers = {name.decode("ascii"): value.decode("ascii") for name, value in answer.headers}
    return Response(answer.body, answer.status, headers)
