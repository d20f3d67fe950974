"""API keys: the credentials of programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api.access import credential, fresh_credential
from app.api.dependencies.api_key_service import ApiKeyServiceDep
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.etag import content_tag, living_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.api_key import (
    ApiKeyCreate,
    ApiKeyCreateResponse,
    ApiKeyQuery,
    ApiKeyResponse,
    ApiKeyRotation,
    ApiKeyUpdate,
)
from app.schemas.page import Page

router = APIRouter(prefix="/api/v1/api-keys", tags=["API keys"], route_class=StrictRoute)

USUAL_ROTATION = ApiKeyRotation()
"""For a request without a body."""

reads = credential(Scope.API_KEYS_READ)


@router.get(
    "",
    summary="List API keys",
    response_model=Page[ApiKeyResponse],
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def list_api_keys(
    query: Annotated[ApiKeyQuery, Query()],
    caller: PrincipalDep,
    keys: ApiKeyServiceDep,
    revalidation: RevalidationDep,
) -> Page[ApiKeyResponse] | Response:
    """List your organization's keys, revoked and expired ones included."""
    page = Page[ApiKeyResponse].model_validate(await keys.list(query, caller))
    return revalidation.answer(page, content_tag(page))


@router.post(
    "",
    summary="Create an API key",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 409, 429),
    dependencies=[fresh_credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_CREATED)],
)
async def create_api_key(
    draft: ApiKeyCreate, caller: PrincipalDep, keys: ApiKeyServiceDep, request: Request, response: Response
) -> ApiKeyCreateResponse:
    """Issue a key of your organization. `api_key` is shown in this answer and never again."""
    new = await keys.create(draft, caller)
    response.headers["Location"] = request.app.url_path_for("read_api_key", key_id=new.key.id)
    body = ApiKeyResponse.model_validate(new.key)
    response.headers["ETag"] = living_tag(new.key.version, body)
    return body.show(new.api_key)


@router.get(
    "/{key_id}",
    summary="Read an API key",
    response_model=ApiKeyResponse,
    responses=NOT_MODIFIED | problem_responses(401, 403, 404, 429),
    dependencies=[reads],
)
async def read_api_key(
    key_id: UUID, caller: PrincipalDep, keys: ApiKeyServiceDep, revalidation: RevalidationDep
) -> ApiKeyResponse | Response:
    """Read a key, without its string."""
    key = await keys.get(key_id, caller)
    body = ApiKeyResponse.model_validate(key)
    return revalidation.answer(body, living_tag(key.version, body))


@router.patch(
    "/{key_id}",
    summary="Change an API key",
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[fresh_credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_CHANGED)],
)
async def update_api_key(
    key_id: UUID,
    changes: ApiKeyUpdate,
    caller: PrincipalDep,
    keys: ApiKeyServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> ApiKeyResponse:
    """Change what a key may do, from the very next call on. Null takes a restriction away."""
    key = await keys.update(key_id, changes, caller=caller, precondition=precondition)
    body = ApiKeyResponse.model_validate(key)
    response.headers["ETag"] = living_tag(key.version, body)
    return body


@router.post(
    "/{key_id}/rotate",
    summary="Rotate an API key",
    responses=problem_responses(401, 403, 404, 409, 412, 429),
    dependencies=[fresh_credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_ROTATED)],
)
async def rotate_api_key(
    key_id: UUID,
    caller: PrincipalDep,
    keys: ApiKeyServiceDep,
    precondition: IfMatchDep,
    response: Response,
    rotation: ApiKeyRotation = USUAL_ROTATION,
) -> ApiKeyCreateResponse:
    """Give a key a new string, shown only in this answer. The old one works until the overlap ends."""
    new = await keys.rotate(key_id, rotation, caller=caller, precondition=precondition)
    body = ApiKeyResponse.model_validate(new.key)
    response.headers["ETag"] = living_tag(new.key.version, body)
    return body.show(new.api_key)


@router.post(
    "/{key_id}/revoke",
    summary="Revoke an API key",
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_REVOKED)],
)
async def revoke_api_key(
    key_id: UUID,
    caller: PrincipalDep,
    keys: ApiKeyServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> ApiKeyResponse:
    """End a key for good, from the next request on. Revoking it again changes nothing."""
    key = await keys.revoke(key_id, caller=caller, precondition=precondition)
    body = ApiKeyResponse.model_validate(key)
    response.headers["ETag"] = living_tag(key.version, body)
    return body


@router.delete(
    "/{key_id}",
    summary="Delete an API key",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 412, 429),
    dependencies=[credential(Scope.API_KEYS_WRITE, audit=AuditAction.API_KEY_DELETED)],
)
async def delete_api_key(
    key_id: UUID, caller: PrincipalDep, keys: ApiKeyServiceDep, precondition: IfMatchDep
) -> None:
    """Forget a key: its string answers as if it had never been. What it paid stays in the ledger."""
    await keys.delete(key_id, caller=caller, precondition=precondition)
