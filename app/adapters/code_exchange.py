"""What all providers have in common: where the browser is sent, and the code that it brings back."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.adapters.outbound_client import FailedCallError, OutboundClient
from app.core.exceptions import ProviderSignInError
from app.core.provider_identity import ProviderAnswer, ProviderChallenge
from app.core.provider_settings import ProviderSettings

BASIC = "client_secret_basic"


def authorization_url_of(
    endpoint: str,
    settings: ProviderSettings,
    challenge: ProviderChallenge,
    *,
    nonce: str | None,
    **more: str,
) -> str:
    """Where the browser asks for a code (RFC 6749, section 4.1.1), with PKCE S256 (RFC 7636)."""
    url: str = prepare_grant_uri(
        endpoint,
        settings.client_id,
        "code",
        redirect_uri=challenge.redirect_uri,
        scope=settings.scopes,
        state=challenge.state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(challenge.code_verifier),
        code_challenge_method="S256",
        **more,
    )
    return url


async def exchange_code(
    client: OutboundClient,
    endpoint: str,
    settings: ProviderSettings,
    answer: ProviderAnswer,
    challenge: ProviderChallenge,
    *,
    method: str = BASIC,
) -> Mapping[str, Any]:
    """Trade the code for tokens (RFC 6749, section 4.1.3).

    Raises:
        OutboundError: the provider cannot be reached, or does not speak JSON.
        ProviderSignInError: it does not take the code.
    """
    form = {
        "grant_type": "authorization_code",
        "code": answer.code or "",
        "redirect_uri": challenge.redirect_uri,
        "code_verifier": challenge.code_verifier,
    }
    headers = {}
    secret = settings.client_secret.get_secret_value() if settings.client_secret else None
    if secret is not None and method == BASIC:
        headers["Authorization"] = basic(settings.client_id, secret)
    else:
        form["client_id"] = settings.client_id
        if secret is not None:
            form["client_secret"] = secret
    reply = await client.post_form(endpoint, form, headers=headers)
    if reply.status >= 500:  # noqa: PLR2004 -- RFC 9110
        raise FailedCallError("the provider has failed")
    tokens = reply.json()
    if not isinstance(tokens, dict) or not isinstance(tokens.get("access_token"), str):
        raise ProviderSignInError("the code was not accepted")
    return tokens


def basic(client_id: str, secret: str) -> str:
    """The client's own credentials (RFC 6749, section 2.3.1: encoded as in a form, before base64)."""
    credentials = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"
