"""The secrets of one attempt to sign in through a provider: kept by the browser alone.

The nonce and the PKCE verifier are derived from the token in the browser's cookie and from the state
(HMAC-SHA256, RFC 2104), so that nothing in the database can finish an attempt, and no other browser can.
"""

import hashlib
import hmac
from datetime import datetime

from app.core.access_tokens import base64url
from app.core.provider_identity import ProviderChallenge


def challenge_of(
    state: str, browser_token: str, *, redirect_uri: str, asked_again_since: datetime | None = None
) -> ProviderChallenge:
    """The secrets that belong to this state in this browser."""
    return ProviderChallenge(
        state=state,
        nonce=derive(browser_token, "nonce", state),
        # 43 characters of the unreserved set, from 256 bits (RFC 7636, section 4.1).
        code_verifier=derive(browser_token, "code_verifier", state),
        redirect_uri=redirect_uri,
        asked_again_since=asked_again_since,
    )


def derive(key: str, purpose: str, state: str) -> str:
    """One secret for one purpose."""
    return base64url(hmac.digest(key.encode(), f"{purpose}:{state}".encode(), hashlib.sha256))
