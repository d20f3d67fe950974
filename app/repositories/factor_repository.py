"""What a person can prove, over all kinds of factors."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.auth_method import AuthMethod
from app.models import ExternalIdentity, Passkey, RecoveryCode, TotpCredential, User


@dataclass(frozen=True, slots=True)
class FactorCounts:
    """How many factors of each kind somebody has."""

    totp: int
    passkeys: int
    suspected_passkeys: int
    """Of them, those that prove nothing any more; the account demands a second factor all the same."""
    recovery_codes: int
    has_short_password: bool
    """Whether the password was accepted only because there was a second factor."""

    @property
    def demands_second_factor(self) -> bool:
        """Whether a password alone no longer does; recovery codes stand in for factors and are none."""
        return self.totp + self.passkeys > 0

    @property
    def methods(self) -> tuple[AuthMethod, ...]:
        """What can be proved now, the usual first."""
        have = {
            AuthMethod.TOTP: self.totp,
            AuthMethod.PASSKEY: self.passkeys - self.suspected_passkeys,
            AuthMethod.RECOVERY_CODE: self.recovery_codes,
        }
        return tuple(method for method, count in have.items() if count)


def counting() -> Select[Any]:
    """What somebody has, as one query; made once, because making it takes longer than asking it."""
    user_id: BindParameter[UUID] = bindparam("user_id")
    confirmed = exists().where(TotpCredential.user_id == user_id, TotpCredential.confirmed_at.is_not(None))
    passkeys = (
        select(func.count().label("all"), func.count(Passkey.suspected_at).label("suspected"))
        .where(Passkey.user_id == user_id)
        .subquery()
    )
    unused = (
        select(func.count())
        .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    short = exists().where(User.id == user_id, User.has_short_password)
    return select(confirmed, passkeys.c.all, passkeys.c.suspected, unused, short)


COUNT = counting()


class FactorRepository:
    """Asks the tables of all factors at once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def forget_all(self, user_id: UUID) -> None:
        """Take every factor of the user, and the recovery codes."""
        for model in (TotpCredential, Passkey, RecoveryCode):
            await self._session.execute(
                delete(model).where(model.user_id == user_id),
                execution_options={"synchronize_session": False},
            )

    async def count_ways_to_sign_in(self, user_id: UUID) -> int:
        """How many ways lead into the account, each by itself or as the first factor."""
        password = select(func.count(User.hashed_password)).where(User.id == user_id).scalar_subquery()
        passkeys = (
            select(func.count())
            .where(Passkey.user_id == user_id, Passkey.suspected_at.is_(None))
            .scalar_subquery()
        )
        identities = select(func.count()).where(ExternalIdentity.user_id == user_id).scalar_subquery()
        row = (await self._session.execute(select(password, passkeys, identities))).one()
        return sum(row)

    async def count(self, user_id: UUID) -> FactorCounts:
        """What the user has; an unconfirmed authenticator is nothing yet."""
        row = (await self._session.execute(COUNT, {"user_id": user_id})).one()
        return FactorCounts(int(row[0]), *row[1:])
