"""Settings of what is recorded about the use of the gate, and for how long."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup

Months = Annotated[int, Field(ge=1, le=1200)]


class UsageSettings(SettingsGroup):
    """Rollups by the hour, and how many whole months of them and of the ledger are kept."""

    recorded: bool = True
    rollups_kept_months: Months | None = 25
    """Left empty: for ever."""
    ledger_kept_months: Months | None = None
    """Left out: for ever."""
