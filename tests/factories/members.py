"""Organizations with several people in them."""

from dataclasses import dataclass

from app.models import Organization, User
from tests.factories.world import Caller, World

ORGANIZATIONS = "/api/v1/organizations"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to an organization, signed in there."""

    user: User
    caller: Caller

    @property
    def id(self) -> str:
        """The user's id, as it stands in paths."""
        return str(self.user.id)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the member's requests."""
        return self.caller.headers


async def make_member(world: World, organization: Organization, role: str) -> Member:
    """A new person with a place in an organization, and a session there; and an organization of their own."""
    user = await world.user()
    await world.member(organization, user, role=role)
    await world.organization(owner=user, plan="free")
    return Member(user, await world.session_caller(user, organization))


def members_of(organization: Organization) -> str:
    """Where the members are."""
    return f"{ORGANIZATIONS}/{organization.id}/members"


def place_of(organization: Organization, member: Member) -> str:
    """Where one of them is."""
    return f"{members_of(organization)}/{member.id}"


def invitations_of(organization: Organization) -> str:
    """Where the invitations are."""
    return f"{ORGANIZATIONS}/{organization.id}/invitations"
