"""People."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import statement_by_statement
from app.models import Session, User
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.user import UserQuery, UserSort

SIGN_IN_ADDRESSES_MAX = 1000
SIGN_IN_ADDRESSES = (
    select(Session.ip_address)
    .where(
        Session.user_id == User.id, Session.created_at > bindparam("since"), Session.ip_address.is_not(None)
    )
    .distinct()
    .limit(SIGN_IN_ADDRESSES_MAX)
)
PASSWORD_BY_EMAIL = select(
    User.id, User.hashed_password, User.is_active, func.array(SIGN_IN_ADDRESSES.scalar_subquery())
).where(User.email == bindparam("email"))
HOLD = select(User.id).where(User.id == bindparam("user_id")).with_for_update(key_share=True)


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """What a password is compared with, and what is known of its owner then."""

    user_id: UUID
    hash: str | None
    is_active: bool
    sign_in_addresses: Sequence[str]
    """Where the owner has signed in from, lately."""


class UserRepository(BaseRepository[User]):
    """Asks the `users` table."""

    model = User
    noun = "user"

    async def find_by_email(self, email: str) -> User | None:
        """The person with this address, given in its canonical form."""
        return await self._session.scalar(select(User).where(User.email == email))

    async def find_password(self, email: str, *, since: datetime) -> StoredPassword | None:
        """The password of the person with this address, with where they have signed in from since then."""
        row = (await self._session.execute(PASSWORD_BY_EMAIL, {"email": email, "since": since})).one_or_none()
        return None if row is None else StoredPassword(*row)

    async def lock(self, user_id: UUID) -> User:
        """The person, whom nobody else changes until the commit.

        Raises:
            NotFoundError: there is none.
        """
        # FOR NO KEY UPDATE: what refers to a user, such as a new session, need not wait.
        query = select(User).where(User.id == user_id).with_for_update(key_share=True)
        return self._required(await self._session.scalar(query))

    async def hold(self, user_id: UUID) -> bool:
        """Lock the person as `lock` does, for who need not know more; whether there is one."""
        return await self._session.scalar(HOLD, {"user_id": user_id}) is not None

    async def replace_password_hash(self, user_id: UUID, *, old: str, new: str) -> None:
        """Store a better hash of the same password, unless the password has been changed meanwhile."""
        # Past the entity: the hash is no part of what the version, and so the ETag, stands for.
        statement = update(User).where(User.id == user_id, User.hashed_password == old)
        await self._session.execute(
            statement.values(hashed_password=new, updated_at=User.updated_at),
            execution_options={"synchronize_session": False},
        )

    async def page_matching(self, params: UserQuery) -> EntityPage[User]:
        """A page of the people who match."""
        query = select(User)
        if params.is_active is not None:
            query = query.where(User.is_active.is_(params.is_active))
        if params.search is not None:
            texts = (User.email, User.username, User.full_name)
            query = query.where(or_(*(text.icontains(params.search, autoescape=True) for text in texts)))
        return await self.page(query.order_by(*ordering(params.sort)), params)


def ordering(sort: UserSort) -> tuple[ColumnExpressionArgument[object], ...]:
    """The columns behind a sort key; the id settles ties, so nobody is on two pages."""
    match sort:
        case UserSort.NEWEST:
            return User.created_at.desc(), User.id.desc()
        case UserSort.OLDEST:
            return User.created_at, User.id
        case UserSort.EMAIL:
            return User.email, User.id
        case UserSort.USERNAME:
            return User.username.nulls_last(), User.id
        case UserSort.FULL_NAME:
            return User.full_name.nulls_last(), User.id


OpenUsers = Callable[[], AbstractAsyncContextManager[UserRepository]]
"""Opens people for single statements, each of which is a transaction of its own."""


def users_opener(engine: AsyncEngine) -> OpenUsers:
    """How to look at people for a moment, without the request's transaction."""

    @asynccontextmanager
    async def open_users() -> AsyncIterator[UserRepository]:
        async with statement_by_statement(engine) as session:
            yield UserRepository(session)

    return open_users
