"""People."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import statement_by_statement
from app.models import Session, User
from app.repositories.base_repository import BaseRepository, EntityPage
from app.schemas.user import UserQuery, UserSort

SIGN_IN_ADDRESSES_MAX = 1000


class UserRepository(BaseRepository[User]):
    """Asks the `users` table."""

    model = User
    noun = "user"

    async def find_by_email(self, email: str) -> User | None:
        """The person with this address, given in its canonical form."""
        return await self._session.scalar(select(User).where(User.email == email))

    async def list_sign_in_addresses(self, email: str, *, since: datetime) -> Sequence[str]:
        """Where the person with this address has signed in from, lately; an unknown one has from nowhere."""
        query = (
            select(Session.ip_address)
            .join(User, User.id == Session.user_id)
            .where(User.email == email, Session.created_at > since, Session.ip_address.is_not(None))
            .distinct()
            .limit(SIGN_IN_ADDRESSES_MAX)
        )
        return [address for address in await self._session.scalars(query) if address is not None]

    async def lock(self, user_id: UUID) -> User:
        """The person, whom nobody else changes until the commit.

        Raises:
            NotFoundError: there is none.
        """
        # FOR NO KEY UPDATE: what refers to a user, such as a new session, need not wait.
        query = select(User).where(User.id == user_id).with_for_update(key_share=True)
        return self._required(await self._session.scalar(query))

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
