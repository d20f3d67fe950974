"""Tokens that do one thing, once: sent by mail, stored as digests, gone when they are redeemed."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core import opaque_tokens
from app.core.clock import Clock
from app.core.opaque_tokens import TokenPurpose
from app.repositories.one_time_token_repository import OneTimeTokenRepository, RedeemedToken, TokenDraft

CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES_MAX = 5
"""Of a million codes: who guesses needs 200,000 mails to the owner for one hit."""


@dataclass(frozen=True, slots=True)
class TokenWithCode:
    """Two ways to redeem one token: the mail carries the token and the code, who asked gets the handle."""

    token: str
    code: str
    handle: str
    """Worth nothing without the code, as the code is worth nothing without it."""


class OneTimeTokenService:
    """Issues and redeems tokens, in the request's transaction: what fails later takes nothing away."""

    def __init__(self, tokens: OneTimeTokenRepository, *, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    async def issue(
        self,
        purpose: TokenPurpose,
        *,
        user_id: UUID | None,
        email: str,
        lifetime: timedelta,
        data: Mapping[str, Any] | None = None,
        subject: str | None = None,
    ) -> str:
        """Make a token; it takes the place of an older one of the same purpose and subject.

        The subject is the user, or the address where there is none, unless a narrower one is named.
        """
        issued = opaque_tokens.issue(purpose)
        await self._tokens.replace(
            TokenDraft(
                purpose,
                subject or subject_of(user_id, email),
                user_id,
                email,
                issued.digest,
                dict(data or {}),
                self._clock() + lifetime,
            )
        )
        return issued.token

    async def issue_with_code(
        self,
        purpose: TokenPurpose,
        *,
        user_id: UUID | None,
        email: str,
        lifetime: timedelta,
        data: Mapping[str, Any] | None = None,
    ) -> TokenWithCode:
        """Make a token that six digits redeem as well, for ten minutes and five tries."""
        issued, handle = opaque_tokens.issue(purpose), opaque_tokens.issue(TokenPurpose.HANDLE)
        code = opaque_tokens.new_code()
        now = self._clock()
        await self._tokens.replace(
            TokenDraft(
                purpose,
                subject_of(user_id, email),
                user_id,
                email,
                issued.digest,
                dict(data or {}),
                now + lifetime,
                handle_digest=handle.digest,
                code_digest=opaque_tokens.digest_of_code(code, handle.token),
                code_expires_at=now + min(lifetime, CODE_LIFETIME),
            )
        )
        return TokenWithCode(issued.token, code, handle.token)

    async def redeem(self, purpose: TokenPurpose, token: str) -> RedeemedToken | None:
        """Use a token up and tell what it stood for; None when it is not, or no longer, good for this.

        Of many that redeem one token at once, exactly one succeeds.
        """
        digest = opaque_tokens.digest_of(token, purpose)
        return None if digest is None else await self._tokens.spend(purpose, digest, now=self._clock())

    async def redeem_code(self, purpose: TokenPurpose, *, handle: str, code: str) -> RedeemedToken | None:
        """Use a token up by its code; None counts as a try, so what it changed must be kept."""
        handle_digest = opaque_tokens.digest_of(handle, TokenPurpose.HANDLE)
        if handle_digest is None:
            return None
        expected = await self._tokens.count_try(
            purpose, handle_digest, tries_max=CODE_TRIES_MAX, now=self._clock()
        )
        if expected is None:
            return None
        if not hmac.compare_digest(expected, opaque_tokens.digest_of_code(code, handle)):
            return None
        return await self._tokens.spend_by_handle(handle_digest)

    async def revoke(self, purpose: TokenPurpose, *, subject: str) -> None:
        """End the token of a purpose and subject, if there is one."""
        await self._tokens.delete_of_subject(purpose, subject)

    async def revoke_all(self, user_id: UUID) -> None:
        """End every token of a user, as a change of password or address must."""
        await self._tokens.delete_of_user(user_id)


def subject_of(user_id: UUID | None, email: str) -> str:
    """Whom a token is for, unless its issuer says it more narrowly."""
    return email if user_id is None else str(user_id)
