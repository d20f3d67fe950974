"""Whoever vouches for people: an OpenID Connect provider, or GitHub."""

from typing import Protocol

from app.core.provider_identity import ProviderAnswer, ProviderChallenge, ProviderIdentity


class IdentityProvider(Protocol):
    """Sends people away to prove who they are, and reads what they bring back."""

    @property
    def asks_again(self) -> bool:
        """Whether it can be told to ask who somebody is though it knows them, and proves that it did."""

    async def authorization_url(self, challenge: ProviderChallenge) -> str:
        """Where to send the browser.

        Raises:
            ProviderUnavailableError: the provider cannot be reached.
        """

    async def identify(self, answer: ProviderAnswer, challenge: ProviderChallenge) -> ProviderIdentity:
        """Who has come back with this answer to this challenge.

        Raises:
            ProviderUnavailableError: the provider cannot be reached.
            ProviderSignInError: its answer is not to be believed.
        """
