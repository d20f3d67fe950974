"""The services of places in organizations, in a transaction of the test's."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies.departure_service import get_departure_service
from app.api.resources import Resources
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.repositories.user_repository import UserRepository
from app.services.departure_service import DepartureService
from app.services.membership_service import MembershipService
from app.services.organization_service import OrganizationService
from tests.factories.audit import trail_in
from tests.factories.notices import notices_in


def founding_in(session: AsyncSession, resources: Resources) -> OrganizationService:
    """Founds organizations."""
    trail = trail_in(session, resources.engine)
    return OrganizationService(OrganizationRepository(session), PlanRepository(session), trail)


async def departures_in(session: AsyncSession, resources: Resources) -> DepartureService:
    """Ends and lowers memberships."""
    return await get_departure_service(
        session, founding_in(session, resources), notices_in(session, resources), resources
    )


async def memberships_in(session: AsyncSession, resources: Resources, *, owned_max: int) -> MembershipService:
    """A person's own places, of which they may own so many."""
    return MembershipService(
        MembershipRepository(session),
        OrganizationRepository(session),
        UserRepository(session),
        founding_in(session, resources),
        await departures_in(session, resources),
        trail_in(session, resources.engine),
        owned_max=owned_max,
    )
