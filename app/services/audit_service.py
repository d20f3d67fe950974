"""The audit trail: who did what, when and from where."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from app.core.audit import AuditAction, AuditOutcome, Occasion
from app.core.redaction import redact_member
from app.models import AuditEvent
from app.repositories.audit_event_repository import AuditEventRepository, OpenAuditEvents
from app.schemas.base import RequestModel
from app.utils.string import on_one_line

TARGET_LENGTH_MAX = 100
DETAILS_MAX = 20
DETAIL_LENGTH_MAX = 200

Detail = str | int | bool


class AuditService:
    """Writes events that nobody can change afterwards; what cannot be written is not done.

    People and things are named by ids alone: an event outlives their right to be forgotten.
    """

    def __init__(
        self, events: AuditEventRepository, open_events: OpenAuditEvents, occasion: Occasion
    ) -> None:
        self._events = events
        self._open_events = open_events
        self._occasion = occasion
        self._recorded: set[tuple[AuditAction, str | None]] = set()

    async def record(
        self,
        action: AuditAction,
        *,
        actor_id: UUID | None = None,
        organization_id: UUID | None = None,
        session_id: UUID | None = None,
        target: str | None = None,
        outcome: AuditOutcome = AuditOutcome.SUCCESS,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        """Tell of an action in its own transaction: both are kept, or neither.

        The caller, the address and the software are the request's. Name the actor, the organization and the
        session where the request does not know them yet, as when signing in.

        Raises:
            RuntimeError: the request has told of this already: each action, to each target, is told once.
        """
        self._require_news(action, target)
        event = self._event(action, actor_id, organization_id, session_id)
        await self._events.append(described(event, target=target, outcome=outcome, details=details))

    async def record_apart(
        self,
        action: AuditAction,
        *,
        actor_id: UUID | None = None,
        organization_id: UUID | None = None,
        session_id: UUID | None = None,
        target: str | None = None,
        outcome: AuditOutcome = AuditOutcome.SUCCESS,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        """Tell of something at once, in a transaction of its own: for a refusal that undoes the request's.

        Take a limit before: who is refused must not be able to fill the trail.
        """
        event = self._event(action, actor_id, organization_id, session_id)
        async with self._open_events() as events:
            await events.append(described(event, target=target, outcome=outcome, details=details))

    def require_recorded(self, actions: Collection[AuditAction]) -> None:
        """Go on only if one of these, and nothing but these, was told in the request's transaction.

        Raises:
            RuntimeError: none was, and what is about to be committed would leave no trace; or another was.
        """
        recorded = {action for action, _ in self._recorded}
        undeclared = recorded.difference(actions)
        if undeclared:
            message = f"{sorted(undeclared)} was recorded, which the route does not declare"
            raise RuntimeError(message)
        if recorded.isdisjoint(actions):
            message = f"none of {sorted(actions)} was recorded"
            raise RuntimeError(message)

    def _require_news(self, action: AuditAction, target: str | None) -> None:
        if self._occasion.request_id is not None and (action, target) in self._recorded:
            message = f"{action} was recorded already"
            raise RuntimeError(message)
        self._recorded.add((action, target))

    def _event(
        self,
        action: AuditAction,
        actor_id: UUID | None,
        organization_id: UUID | None,
        session_id: UUID | None,
    ) -> AuditEvent:
        principal = self._occasion.find_principal()
        client = self._occasion.client
        return AuditEvent(
            action=action,
            actor_id=actor_id or (principal and principal.user_id),
            impersonator_id=principal and principal.impersonator_id,
            api_key_id=principal and principal.key_id,
            session_id=session_id or (principal and principal.session_id),
            organization_id=organization_id or (principal and principal.organization_id),
            ip_address=client and client.address,
            user_agent=self._occasion.software,
            request_id=self._occasion.request_id,
        )


AuditIn = Callable[[AuditEventRepository], AuditService]
"""How a service that opens transactions of its own tells of what it does, in the same ones."""


def auditor(open_events: OpenAuditEvents, occasion: Occasion) -> AuditIn:
    """The trail of one occasion, for any transaction."""
    return lambda events: AuditService(events, open_events, occasion)


def names_of(changes: RequestModel) -> str:
    """Which members a change names; what they were and are is nobody's business here."""
    return " ".join(sorted(changes.model_dump()))


def described(
    event: AuditEvent, *, target: str | None, outcome: AuditOutcome, details: Mapping[str, Detail] | None
) -> AuditEvent:
    """The event with what is particular about it, bounded, on one line each and without secrets."""
    event.outcome = outcome
    event.target = None if target is None else on_one_line(target, length_max=TARGET_LENGTH_MAX)
    members = list((details or {}).items())[:DETAILS_MAX]
    event.details = {name: harmless(name, value) for name, value in members}
    return event


def harmless(name: str, value: Detail) -> Detail:
    """A detail that forges no line and tells no secret, whatever was typed."""
    if isinstance(value, bool | int):
        return value
    return on_one_line(str(redact_member(name, value)), length_max=DETAIL_LENGTH_MAX)
