"""Reading a credential string: an API key, ours or another system's, or a session's access token.

They are told apart by their form alone.
"""

from datetime import datetime

from app.core import api_key_secrets
from app.core.access_tokens import AccessTokens
from app.core.admission import Presented, PresentedSession
from app.core.foreign_keys import read_foreign_key


def read_credential(
    text: str, access_tokens: AccessTokens, now: datetime, *, foreign_prefixes: tuple[str, ...] = ()
) -> Presented | None:
    """What the gate looks up; None for a string that cannot be a credential, decided without I/O."""
    if text.startswith("fg_"):
        return api_key_secrets.parse(text)
    if foreign_prefixes and (foreign := read_foreign_key(text, foreign_prefixes)) is not None:
        return foreign
    claims = access_tokens.verify(text, now)
    if claims is None:
        return None
    return PresentedSession(claims.session_id, claims.user_id, actor_id=claims.actor_id)
