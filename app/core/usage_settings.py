"""Settings of what is recorded about the use of the gate."""

from app.core.settings_group import SettingsGroup


class UsageSettings(SettingsGroup):
    """Rollups by the hour."""

    recorded: bool = True
