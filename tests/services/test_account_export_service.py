"""A person's data, all of it and only theirs; what is too long for one answer is named."""

import pytest

from app.core.clock import system_clock
from app.core.database import transaction
from app.repositories.account_export_repository import SECTIONS, AccountExportRepository
from app.services.account_export_service import AccountExportService
from tests.factories.audit import trail_in


@pytest.fixture
def export(resources):
    async def export(user):
        async with transaction(resources.engine) as session:
            trail = trail_in(session, resources.engine)
            service = AccountExportService(AccountExportRepository(session), audit=trail, clock=system_clock)
            return await service.export(user)

    return export


async def test_every_section_is_told_and_holds_nobody_elses_rows(export, world):
    user, other = await world.user(), await world.user()
    await world.organization(owner=other)
    organization = await world.organization(owner=user)

    told = await export(user)

    assert set(told.sections) == set(SECTIONS)
    assert [row["id"] for row in told.sections["profile"]] == [user.id]
    assert [row["organization_id"] for row in told.sections["memberships"]] == [organization.id]
    assert told.truncated == []
