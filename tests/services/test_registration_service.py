"""How people come to be: all of one, or nothing of them."""

import secrets

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.exceptions import ConflictError, InvalidFieldError
from app.models import CreditAccount, Membership, Organization, Plan, User
from app.repositories.membership_repository import MembershipRepository
from app.repositories.organization_repository import OrganizationRepository
from app.repositories.plan_repository import PlanRepository
from app.repositories.user_repository import UserRepository
from app.services.organization_service import OrganizationService
from app.services.registration_service import RegistrationService
from tests.factories.account import PASSWORD
from tests.factories.audit import trail_in


def an_email() -> str:
    return f"new-{secrets.token_hex(8)}@example.org"


def build(session, resources) -> RegistrationService:
    organizations = OrganizationService(
        OrganizationRepository(session), PlanRepository(session), trail_in(session, resources.engine)
    )
    return RegistrationService(
        UserRepository(session),
        MembershipRepository(session),
        organizations,
        resources.password_hasher,
        clock=resources.clock,
    )


@pytest.fixture
def register(resources):
    async def register_one(email, password=PASSWORD, **options):
        async with transaction(resources.engine) as session:
            return await build(session, resources).register(email, password, **options)

    return register_one


async def test_a_new_person_owns_an_organization_on_the_free_plan_with_an_empty_account(register, resources):
    registration = await register(an_email(), organization_name="Weather")

    async with transaction(resources.engine) as session:
        organization = await session.get_one(Organization, registration.organization_id)
        plan = await session.get_one(Plan, organization.plan_id)
        account = await session.get_one(CreditAccount, organization.id)
        membership = await session.get_one(Membership, (organization.id, registration.user.id))
    assert (organization.name, plan.name, account.available) == ("Weather", "free", 0)
    assert membership.role == "owner"
    assert not registration.user.is_operator


async def test_a_person_s_password_is_kept_as_argon2id_alone(register, resources):
    """A7 of the traps: a password written beside its column."""
    registration = await register(an_email())

    async with transaction(resources.engine) as session:
        stored = await session.get_one(User, registration.user.id)
    assert stored.hashed_password.startswith("$argon2id$")


async def test_an_address_has_one_account(register):
    email = an_email()
    await register(email)

    with pytest.raises(ConflictError):
        await register(email)


async def test_a_weak_password_leaves_nothing_behind(register, resources):
    email = an_email()

    with pytest.raises(InvalidFieldError):
        await register(email, "short")

    async with transaction(resources.engine) as session:
        assert await session.scalar(select(User.id).where(User.email == email)) is None


async def test_operators_share_one_organization_without_limits(resources):
    async with transaction(resources.engine) as session:
        first = await build(session, resources).register_operator(an_email(), PASSWORD)
    async with transaction(resources.engine) as session:
        second = await build(session, resources).register_operator(an_email(), PASSWORD)

    async with transaction(resources.engine) as session:
        organization = await session.get_one(Organization, first.organization_id)
        plan = await session.get_one(Plan, organization.plan_id)
    assert plan.name == "internal"
    assert second.organization_id == first.organization_id
    assert first.user.is_operator
    assert second.user.is_operator
