"""The secret box of a command."""

from app.core.secret_box import SecretBox
from app.core.secret_settings import SecretSettings


def build_secret_box(secrets: SecretSettings) -> SecretBox:
    """What encrypts secrets for the database, as the server does."""
    return SecretBox(secrets.encryption_keys, current_key_id=secrets.encryption_key_id)
