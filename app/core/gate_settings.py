"""How the gate coalesces."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup


class GateSettings(SettingsGroup):
    """How the gate coalesces."""

    queue_max: Annotated[int, Field(ge=1)] = 10_000
    batch_max: Annotated[int, Field(ge=1)] = 512
    flushes_max: Annotated[int, Field(ge=1, le=16)] = 1
    deadline_seconds: Annotated[float, Field(gt=0)] = 5
