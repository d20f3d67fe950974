"""Where a request comes from, as far as it may be believed."""

from dataclasses import dataclass

USER_AGENT_LENGTH_MAX = 255


@dataclass(frozen=True, slots=True)
class Client:
    """The other end: an address read through trusted proxies only, and what its software calls itself."""

    address: str
    user_agent: str | None = None


def printable_user_agent(header: str | None) -> str | None:
    """The header as it may be stored and shown: no control characters, not endless."""
    if header is None:
        return None
    return "".join(filter(str.isprintable, header))[:USER_AGENT_LENGTH_MAX] or None
