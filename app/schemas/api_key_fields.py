"""The lists of an API key: what it may do, and from where."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

SCOPES_MAX = 100
CIDRS_MAX = 50
MAPPED_IPV4 = IPv6Network("::ffff:0:0/96")

# A scope-token of OAuth (RFC 6749, section 3.3).
ScopeName = Annotated[
    str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", min_length=1, max_length=100)
]


def normalize_cidrs(texts: list[str]) -> list[str]:
    """Read networks, each once; an address is a network of one, an IPv4-mapped network is the IPv4 one."""
    return [str(network) for network in dict.fromkeys(map(read_network, texts))]


def read_network(text: str) -> IPv4Network | IPv6Network:
    """The network that `text` writes; one with host bits set is refused, as it is mostly a slip."""
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED_IPV4):
        mapped = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((mapped, network.prefixlen - MAPPED_IPV4.prefixlen))
    return network


ScopeNames = Annotated[tuple[ScopeName, ...], Field(max_length=SCOPES_MAX)]
AllowedCidrs = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:/]{2,49}$")]],
    Field(min_length=1, max_length=CIDRS_MAX),
    AfterValidator(normalize_cidrs),
]
