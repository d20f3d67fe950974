"""Counting what a batch was used for: a pure function of what was asked and answered."""

from collections.abc import Sequence

from app.core.admission import AdmissionCall, AdmissionRequest, CallVerdict, Code, UsageTally, Verdict
from app.core.gcra import MICROSECONDS

TIME_MAX_US = 2**31 - 1


def tally(
    calls: Sequence[AdmissionCall], verdicts: Sequence[CallVerdict], *, now: float, write_us: int
) -> UsageTally:
    """Each decided request as one use; who asks for others (`caller`) uses nothing by that.

    The gate's own time is the waiting, reading and deciding until `now`, and `write_us`: what the last write
    took, for how long its own will take no statement can know.
    """
    uses = UsageTally()
    for call, verdict in zip(calls, verdicts, strict=True):
        if verdict.verdicts:
            time_us = min(int((now - call.asked_at) * MICROSECONDS) + write_us, TIME_MAX_US)
            for request, each in zip(call.requests, verdict.verdicts, strict=True):
                if request.is_use:
                    add_use(uses, request, each, time_us)
    return uses


def add_use(uses: UsageTally, request: AdmissionRequest, verdict: Verdict, time_us: int) -> None:
    """One more use; a secret that is not right is nobody's use, whosever key it names."""
    principal, code = verdict.principal, verdict.code
    if code is Code.NOT_FOUND:
        principal = None
    uses.organization_ids.append(None if principal is None else principal.organization_id)
    uses.api_key_ids.append(None if principal is None else principal.key_id)
    uses.outcomes.append(code)
    # What is answered again was taken before.
    uses.credits.append(0 if verdict.replayed else verdict.charged or 0)
    uses.times_us.append(time_us)
    if request.tags and principal is not None:
        tags = dict.fromkeys(request.tags)
        uses.tagged_places += [len(uses.outcomes)] * len(tags)
        uses.tags += tags
