"""Roles: what a member may do in an organization."""

from enum import StrEnum

from app.core.scopes import DEVELOPER_SCOPES, MEMBER_SCOPES, VIEWER_SCOPES


class Role(StrEnum):
    """What a member may do, from all to looking on."""

    OWNER = "owner"
    ADMIN = "admin"
    DEVELOPER = "developer"
    VIEWER = "viewer"

    @property
    def scopes(self) -> frozenset[str]:
        """Faregate's own scopes that a member of this role holds."""
        if self is Role.VIEWER:
            return VIEWER_SCOPES
        return DEVELOPER_SCOPES if self is Role.DEVELOPER else MEMBER_SCOPES

    @property
    def builds(self) -> bool:
        """Whether this role also holds the scopes of the API behind the gate."""
        return self is not Role.VIEWER

    @property
    def rules(self) -> bool:
        """Whether this role decides who belongs to the organization."""
        return self in {Role.OWNER, Role.ADMIN}

    def reaches(self, other: "Role") -> bool:
        """Whether this role is at least as high as `other`."""
        return LADDER.index(self) <= LADDER.index(other)


LADDER = tuple(Role)
