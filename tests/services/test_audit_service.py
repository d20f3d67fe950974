import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import AuditAction, AuditOutcome, Occasion
from app.core.client import Client
from app.core.database import transaction
from app.core.identifiers import new_id
from app.core.principal import Principal, PrincipalType
from app.models import AuditEvent
from app.repositories.audit_event_repository import AuditEventRepository, audit_events_opener
from app.services.audit_service import AuditService


@pytest.fixture
def open_trail(resources):
    """Makes the service in a session of the test's."""

    def open_trail(session, occasion=None):
        opener = audit_events_opener(resources.engine)
        return AuditService(AuditEventRepository(session), opener, occasion or Occasion())

    return open_trail


@pytest.fixture
def events_of(resources):
    """Reads what was written about an actor."""

    async def events_of(actor_id):
        async with transaction(resources.engine) as session:
            query = select(AuditEvent).where(AuditEvent.actor_id == actor_id).order_by(AuditEvent.sequence)
            return list(await session.scalars(query))

    return events_of


async def test_an_event_tells_who_where_and_from_which_request(resources, open_trail, events_of):
    """SEC-63."""
    caller = Principal(PrincipalType.SESSION, new_id(), new_id(), frozenset(), session_id=new_id())
    occasion = Occasion(lambda: caller, Client("192.0.2.7", "curl/8.5.0"), "req-1")

    async with transaction(resources.engine) as session:
        trail = open_trail(session, occasion)
        await trail.record(AuditAction.PLAN_CREATED, target="plan:1", details={"n": 1})

    (event,) = await events_of(caller.user_id)
    assert (event.action, event.outcome, event.target) == ("plan_created", "success", "plan:1")
    assert (event.organization_id, event.session_id) == (caller.organization_id, caller.session_id)
    assert (event.ip_address, event.user_agent, event.request_id) == ("192.0.2.7", "curl/8.5.0", "req-1")
    assert event.details == {"n": 1}
    assert event.occurred_at.utcoffset().total_seconds() == 0


async def test_an_event_is_undone_with_its_action(resources, open_trail, events_of):
    """SEC-63."""
    actor_id = new_id()

    async with AsyncSession(resources.engine) as session:
        await open_trail(session).record(AuditAction.SIGN_IN, actor_id=actor_id)
        await session.rollback()

    assert await events_of(actor_id) == []


async def test_an_event_told_apart_stays_when_the_request_is_undone(resources, open_trail, events_of):
    actor_id = new_id()

    async with AsyncSession(resources.engine) as session:
        await open_trail(session).record_apart(
            AuditAction.SIGN_IN_FAILED, actor_id=actor_id, outcome=AuditOutcome.FAILURE
        )
        await session.rollback()

    assert [event.outcome for event in await events_of(actor_id)] == ["failure"]


async def test_an_action_whose_event_cannot_be_written_fails(resources, open_trail):
    """SEC-63: the trail is never silently short of an event."""
    occasion = Occasion(request_id="x" * 65)

    with pytest.raises(DBAPIError):
        async with transaction(resources.engine) as session:
            await open_trail(session, occasion).record(AuditAction.SIGN_IN)


async def test_what_was_typed_forges_no_line_and_tells_no_secret(resources, open_trail, events_of):
    """SEC-63, SEC-69."""
    actor_id = new_id()
    details = {"name": "x\r\nsign_in\u2028admin\x1b[2J", "password": "hunter2", "note": "Bearer abcdefgh12"}

    async with transaction(resources.engine) as session:
        await open_trail(session).record(
            AuditAction.SIGN_IN, actor_id=actor_id, target="a\nb", details={**details, "long": "x" * 999}
        )

    (event,) = await events_of(actor_id)
    assert event.target == "a b"
    assert event.details["name"] == "x  sign_in admin [2J"
    assert (event.details["password"], event.details["note"]) == ("[redacted]", "[redacted]")
    assert len(event.details["long"]) == 200


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events", "TRUNCATE audit_events"],
)
async def test_events_are_for_ever(resources, statement):
    """SEC-63."""
    async with AsyncSession(resources.engine) as session:
        with pytest.raises(DBAPIError, match="immutable"):
            await session.execute(text(statement))


async def test_no_request_tells_of_an_action_twice(resources, open_trail):
    """SEC-63: exactly one event for each action."""
    occasion = Occasion(request_id="req-twice")

    async with AsyncSession(resources.engine) as session:
        trail = open_trail(session, occasion)
        await trail.record(AuditAction.SIGN_IN)
        with pytest.raises(RuntimeError, match="sign_in was recorded already"):
            await trail.record(AuditAction.SIGN_IN)


async def test_what_a_route_does_not_declare_is_not_told(resources, open_trail):
    async with AsyncSession(resources.engine) as session:
        trail = open_trail(session)
        await trail.record(AuditAction.SIGN_IN)
        await trail.record(AuditAction.SESSIONS_ENDED)
        with pytest.raises(RuntimeError, match="sessions_ended"):
            trail.require_recorded({AuditAction.SIGN_IN})
