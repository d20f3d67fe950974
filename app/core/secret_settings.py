"""The settings that must never be seen."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from app.core.secret_box import read_encryption_key
from app.core.settings_group import SettingsGroup


def require_encryption_key(key: SecretStr | None) -> SecretStr | None:
    """Refuse what cannot encrypt, everywhere: it would surface with the first secret to be kept."""
    if key is not None:
        read_encryption_key(key.get_secret_value())
    return key


class SecretSettings(SettingsGroup):
    """What must never be seen: no defaults; development generates them into `.data/`."""

    api_key_pepper: SecretStr | None = None
    """At least 32 random characters: keys the HMAC of API keys."""
    api_key_pepper_id: Annotated[int, Field(ge=1, le=32767)] = 1
    """Stored with each key. To change the pepper: raise this, and move the old one to the previous ones."""
    previous_api_key_peppers: dict[int, SecretStr] = Field(default_factory=dict)
    """Old peppers by their ids, as JSON, for as long as keys under them are in use."""
    encryption_key: Annotated[SecretStr | None, AfterValidator(require_encryption_key)] = None
    """32 random bytes in base64url: encrypts the secrets that the database keeps."""
    encryption_key_id: Annotated[int, Field(ge=1, le=32767)] = 1
    """Stored with each secret. To change the key: raise this, and move the old one to the previous ones."""
    previous_encryption_keys: dict[
        Annotated[int, Field(ge=1, le=32767)], Annotated[SecretStr, AfterValidator(require_encryption_key)]
    ] = Field(default_factory=dict)
    """Old keys by their ids, as JSON, until `faregate reencrypt-secrets` has run."""

    @property
    def peppers(self) -> dict[int, bytes]:
        """Every pepper by its id, the current one included.

        Raises:
            ValueError: no pepper is set.
        """
        if self.api_key_pepper is None:
            message = "FAREGATE_SECRETS__API_KEY_PEPPER is not set"
            raise ValueError(message)
        peppers = self.previous_api_key_peppers | {self.api_key_pepper_id: self.api_key_pepper}
        return {pepper_id: pepper.get_secret_value().encode() for pepper_id, pepper in peppers.items()}

    @property
    def encryption_keys(self) -> dict[int, bytes]:
        """Every encryption key by its id, the current one included.

        Raises:
            ValueError: no key is set.
        """
        if self.encryption_key is None:
            message = "FAREGATE_SECRETS__ENCRYPTION_KEY is not set"
            raise ValueError(message)
        keys = self.previous_encryption_keys | {self.encryption_key_id: self.encryption_key}
        return {key_id: read_encryption_key(key.get_secret_value()) for key_id, key in keys.items()}
