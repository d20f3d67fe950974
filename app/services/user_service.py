"""People: as they describe themselves, and as operators list them."""

from uuid import UUID

from app.core.audit import AuditAction
from app.core.exceptions import ConflictError
from app.core.preconditions import UNCONDITIONAL, Precondition
from app.models import User
from app.repositories.base_repository import EntityPage
from app.repositories.user_repository import UserRepository
from app.schemas.user import UserQuery, UserUpdate
from app.services.audit_service import AuditService, names_of


class UserService:
    """Changes and lists people."""

    def __init__(self, users: UserRepository, audit: AuditService) -> None:
        self._users = users
        self._audit = audit

    async def update(
        self, user_id: UUID, changes: UserUpdate, *, precondition: Precondition = UNCONDITIONAL
    ) -> User:
        """Change what a person says of themselves.

        Raises:
            ConflictError: somebody else has this username.
            PreconditionFailedError: the person is no longer what the caller has seen.
        """
        user = await self._users.lock(user_id)
        precondition.require(user.version)
        user.change(**changes.model_dump())
        try:
            await self._users.save(user)
        except ConflictError as error:
            # Of all that a person can change, the username alone must be nobody else's.
            message = "This username is taken."
            raise ConflictError(message) from error
        details = {"changed": names_of(changes)}
        await self._audit.record(AuditAction.PROFILE_CHANGED, target=f"user:{user_id}", details=details)
        return user

    async def list(self, query: UserQuery) -> EntityPage[User]:
        """A page of the people who match."""
        return await self._users.page_matching(query)
