"""The secret box of a command."""

from app.core.secret_box import SecretBox
from app.core.settings import Settings


def build_secret_box(settings: Settings) -> SecretBox:
    """What encrypts secrets for the database, as the server does."""
    secrets = settings.secrets
    return SecretBox(secrets.encryption_keys, current_key_id=secrets.encryption_key_id)
