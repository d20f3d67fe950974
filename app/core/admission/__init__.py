"""The gate's vocabulary: what is asked, what is known, what is decided, what changes.

Plain values between `AdmissionService` (asks), `AdmissionRepository` (knows, writes) and `decide` (decides).
Those made for every request are not frozen, only because freezing doubles the cost of making them.
"""

from app.core.admission.changes import Changes, NewCharge
from app.core.admission.request import (
    Address,
    AdmissionCall,
    AdmissionRequest,
    LimitDemand,
    LimitUse,
    Presented,
    PresentedSession,
)
from app.core.admission.snapshot import (
    Account,
    PastCharge,
    Snapshot,
    StoredKey,
    StoredSession,
    key_subject,
    organization_subject,
)
from app.core.admission.usage import TIME_BOUNDS_US, UsageTally
from app.core.admission.verdict import CallVerdict, Code, Held, Verdict

__all__ = [
    "TIME_BOUNDS_US",
    "Account",
    "Address",
    "AdmissionCall",
    "AdmissionRequest",
    "CallVerdict",
    "Changes",
    "Code",
    "Held",
    "LimitDemand",
    "LimitUse",
    "NewCharge",
    "PastCharge",
    "Presented",
    "PresentedSession",
    "Snapshot",
    "StoredKey",
    "StoredSession",
    "UsageTally",
    "Verdict",
    "key_subject",
    "organization_subject",
]
