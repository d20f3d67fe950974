"""Who is at the other end: read through configured proxies only, never from a raw X-Forwarded-For."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

UNKNOWN_ADDRESS = "unknown"
FORWARDED_HOPS_MAX = 32


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted_proxies: Sequence[Network]) -> str:
    """The nearest address that is not one of our proxies.

    `forwarded_for` are the values of all X-Forwarded-For lines in order. Proxies append, so the list is read
    from its right end; an entry that is no address ends the reading, because what lies left of it is hearsay.
    """
    if not trusted_proxies or not forwarded_for:
        return canonical_text(peer)
    nearest = None if peer is None else canonical_address(peer)
    if nearest is None:
        return UNKNOWN_ADDRESS
    for hop in reversed(",".join(forwarded_for).split(",")[-FORWARDED_HOPS_MAX:]):
        if not is_trusted(nearest, trusted_proxies):
            break
        farther = canonical_address(without_port(hop.strip()))
        if farther is None:
            break
        nearest = farther
    return str(nearest)


@lru_cache(maxsize=4096)
def canonical_text(peer: str | None) -> str:
    """The canonical form of a peer's address, as text."""
    address = None if peer is None else canonical_address(peer)
    return UNKNOWN_ADDRESS if address is None else str(address)


@lru_cache(maxsize=4096)
def canonical_address(text: str) -> IPv4Address | IPv6Address | None:
    """One form for one address: an IPv4-mapped IPv6 address is the IPv4 address; zones are dropped."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def without_port(hop: str) -> str:
    """Drop the port that some proxies write: `192.0.2.1:80`, `[2001:db8::1]:443`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    host, colon, _ = hop.partition(":")
    return host if colon and "." in host else hop


def is_trusted(address: IPv4Address | IPv6Address, trusted_proxies: Sequence[Network]) -> bool:
    """Whether the address is one of our proxies."""
    return any(address in network for network in trusted_proxies)


@lru_cache(maxsize=4096)
def address_bucket(address: str) -> str:
    """What limits count per address: IPv4 as it is, IPv6 folded to its /64, which one customer owns whole."""
    parsed = canonical_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False).network_address) + "/64"
    return address if parsed is None else str(parsed)
