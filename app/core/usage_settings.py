"""Settings of what is recorded about the use of the gate, and for how long."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup


class UsageSettings(SettingsGroup):
    """Rollups by the hour, and how many whole months of them are kept besides the current one."""

    recorded: bool = True
    kept_months: Annotated[int, Field(ge=1, le=1200)] = 25
