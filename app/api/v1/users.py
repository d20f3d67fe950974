"""People: each reads and changes their own profile, operators list everyone."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.access import credential
from app.api.dependencies.preconditions import NOT_MODIFIED, IfMatchDep, RevalidationDep
from app.api.dependencies.principal import PrincipalDep
from app.api.dependencies.profile_service import ProfileServiceDep
from app.api.dependencies.user_service import UserServiceDep
from app.api.etag import version_tag
from app.api.problems import problem_responses
from app.api.strict_route import StrictRoute
from app.core.audit import AuditAction
from app.core.scopes import Scope
from app.schemas.page import Page
from app.schemas.user import UserQuery, UserResponse, UserUpdate

router = APIRouter(prefix="/api/v1/users", tags=["Users"], route_class=StrictRoute)


@router.get(
    "/me",
    summary="Read your profile",
    response_model=UserResponse,
    responses=NOT_MODIFIED | problem_responses(401, 403, 429),
    dependencies=[credential(Scope.PROFILE_READ)],
)
async def read_own_profile(
    caller: PrincipalDep, profiles: ProfileServiceDep, revalidation: RevalidationDep
) -> UserResponse | Response:
    """Read who you are here. An API key reads the profile of who made it."""
    user = await profiles.get(caller)
    return revalidation.answer(UserResponse.model_validate(user), version_tag(user.version))


@router.patch(
    "/me",
    summary="Change your profile",
    responses=problem_responses(401, 403, 409, 412, 429),
    dependencies=[credential(Scope.PROFILE_WRITE, audit=AuditAction.PROFILE_CHANGED)],
)
async def update_own_profile(
    changes: UserUpdate,
    caller: PrincipalDep,
    users: UserServiceDep,
    precondition: IfMatchDep,
    response: Response,
) -> UserResponse:
    """Change your username or full name. Members left out stay as they are; null clears."""
    user = await users.update(caller.user_id, changes, precondition=precondition)
    response.headers["ETag"] = version_tag(user.version)
    return UserResponse.model_validate(user)


@router.get(
    "",
    summary="List people",
    responses=problem_responses(401, 403, 429),
    dependencies=[credential(Scope.USERS_READ)],
)
async def list_users(query: Annotated[UserQuery, Query()], users: UserServiceDep) -> Page[UserResponse]:
    """List everyone who can sign in. For operators."""
    return Page[UserResponse].model_validate(await users.list(query))
