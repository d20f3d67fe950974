"""How jobs are worked on."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup


class JobSettings(SettingsGroup):
    """How many at once, how often again, and when a silent worker counts as dead."""

    in_server: bool | None = None
    """Whether serving processes work on jobs too; left out: in development alone."""
    concurrency: Annotated[int, Field(ge=2, le=100)] = 10
    """Jobs that one worker runs at the same time."""
    attempts_max: Annotated[int, Field(ge=1, le=30)] = 12
    retry_seconds: Annotated[float, Field(gt=0, le=3600)] = 5
    """How long the second attempt waits; each further one waits twice as long, at most an hour."""
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    """How long one attempt may take."""
    heartbeat_seconds: Annotated[float, Field(ge=1, le=600)] = 30
    """A job whose worker has said nothing for so long is given to another."""
    failed_kept_days: Annotated[int, Field(ge=1, le=3650)] = 30
