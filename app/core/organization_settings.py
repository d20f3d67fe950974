"""Settings of organizations and their members."""

from typing import Annotated

from pydantic import Field

from app.core.settings_group import SettingsGroup


class OrganizationSettings(SettingsGroup):
    """How organizations grow."""

    owned_per_user_max: Annotated[int, Field(ge=1, le=1000)] = 10
    """Organizations that one person may own when they found another."""
    invitation_hours: Annotated[int, Field(ge=1, le=720)] = 168
    open_invitations_max: Annotated[int, Field(ge=1, le=1000)] = 50
    """Invitations of an organization that nobody has answered yet."""
