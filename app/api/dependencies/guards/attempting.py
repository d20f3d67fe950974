"""The guard of attempts: what a route may count of those that nobody knows yet."""

from dataclasses import dataclass

from fastapi import Request

from app.core.auth_action import AuthAction


@dataclass(frozen=True)
class Attempting:
    """Let the services of a route take the limits of these actions, and of no others.

    The service takes them, because it knows the account; `AuthLimits` refuses what is not declared.
    """

    actions: tuple[AuthAction, ...]

    async def __call__(self, request: Request) -> None:
        """Say it to the limits of this request."""
        request.scope["state"]["auth_actions"] = self.actions
