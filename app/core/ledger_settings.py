"""Settings of the ledger."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup


class LedgerSettings(SettingsGroup):
    """How many whole months of it are kept besides the current one; left out: all, for ever."""

    kept_months: Annotated[int, Field(ge=1, le=1200)] | None = None
