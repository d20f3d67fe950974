"""How the product is set up to be measured by sign-ins."""

import os

UNLIMITED = "1000000"


def login_environment() -> dict[str, str]:
    """No limit but the hashing itself, which may use every processor."""
    names = ("AUTH_PER_ADDRESS", "AUTH_GLOBAL", "LOGIN_PER_ACCOUNT_AND_ADDRESS")
    limits = {f"FAREGATE_LIMITS__{name}": UNLIMITED for name in names}
    return {**limits, "FAREGATE_SESSIONS__HASHING_CONCURRENCY": str(processors())}


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
