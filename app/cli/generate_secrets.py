"""`faregate generate-secrets`."""

from app.cli.console import say
from app.cli.development_folder import new_encryption_key, new_pepper


def generate_secrets() -> None:
    """Print new secrets as lines for a .env file; keep them as you keep passwords."""
    say(f"FAREGATE_SECRETS__API_KEY_PEPPER={new_pepper()}")
    say(f"FAREGATE_SECRETS__ENCRYPTION_KEY={new_encryption_key()}")
