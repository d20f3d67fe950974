"""Headers that protect the reader of an answer (OWASP ASVS 3.4); encoded once, added to every answer."""

RawHeader = tuple[bytes, bytes]

ALWAYS: list[RawHeader] = [
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    # Granian would otherwise name itself.
    (b"server", b"faregate"),
]
"""On every answer, whatever the route says."""

CONTENT_SECURITY_POLICY: RawHeader = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'",
)
"""Unless the route set its own: pages for people need their style sheet and script."""

CACHE_CONTROL: RawHeader = (b"cache-control", b"no-store")
"""Unless the route set its own: public reads may be kept."""


def security_headers(present: set[bytes]) -> list[RawHeader]:
    """What must be added to an answer that already has the headers named in `present`."""
    added = ALWAYS.copy()
    if CONTENT_SECURITY_POLICY[0] not in present:
        added.append(CONTENT_SECURITY_POLICY)
    if CACHE_CONTROL[0] not in present:
        added.append(CACHE_CONTROL)
    return added
