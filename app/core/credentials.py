"""Reading a credential string: an API key or a session's access token, told apart by its form."""

from datetime import datetime

from app.core import api_key_secrets
from app.core.access_tokens import AccessTokens
from app.core.admission import Presented, PresentedSession


def read_credential(text: str, access_tokens: AccessTokens, now: datetime) -> Presented | None:
    """What the gate looks up; None for a string that cannot be a credential, decided without I/O."""
    if text.startswith("fg_"):
        return api_key_secrets.parse(text)
    claims = access_tokens.verify(text, now)
    if claims is None:
        return None
    return PresentedSession(claims.session_id, claims.user_id, actor_id=claims.actor_id)
