"""What travels between Faregate and a provider, and what is believed of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AttemptPurpose(StrEnum):
    """What somebody is sent to a provider for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    REAUTHENTICATE = "reauthenticate"


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Somebody as a provider knows them: the issuer and the subject are who they are, all else is news."""

    issuer: str
    subject: str
    email: str | None = None
    """In its canonical form."""
    is_email_verified: bool = False
    """Whether the provider itself says so, and is one that may."""
    authenticated_at: datetime | None = None
    """When the provider last asked the person to prove who they are; None if it does not tell."""


@dataclass(frozen=True, slots=True)
class ProviderChallenge:
    """What one attempt to sign in sends along, to recognize its own answer by."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    asked_again_since: datetime | None = None
    """The person must have proved who they are since then, to the provider; None: whenever they did."""


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the browser brings back from the provider (RFC 6749, section 4.1.2; RFC 9207)."""

    state: str
    code: str | None = None
    issuer: str | None = None
    error: str | None = None
