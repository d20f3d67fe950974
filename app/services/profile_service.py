"""Who a caller is, to the caller."""

from app.core.person import Person
from app.core.principal import Principal
from app.models import User
from app.repositories.user_repository import OpenUsers


class ProfileService:
    """Shows callers themselves; the gate has read the person of a session already."""

    def __init__(self, open_users: OpenUsers) -> None:
        self._open_users = open_users

    async def get(self, caller: Principal) -> User | Person:
        """The person who calls; of a key, the one who made it."""
        if caller.person is not None:
            return caller.person
        async with self._open_users() as users:
            return await users.get(caller.user_id)
