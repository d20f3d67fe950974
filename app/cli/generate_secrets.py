"""`faregate generate-secrets`."""

from app.cli.console import say
from app.cli.development_folder import new_encryption_key, new_pepper, new_signing_key


def generate_secrets() -> None:
    """Print new secrets as lines for a .env file; keep them as you keep passwords."""
    signing_key = new_signing_key().replace("\n", "\\n")
    say(f"FAREGATE_SECRETS__API_KEY_PEPPER={new_pepper()}")
    say(f"FAREGATE_SECRETS__ENCRYPTION_KEY={new_encryption_key()}")
    say(f'FAREGATE_SECRETS__SIGNING_KEY="{signing_key}"')
