"""What every group of settings is."""

from pydantic import BaseModel, ConfigDict


class SettingsGroup(BaseModel):
    """A group of settings that belong together."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
