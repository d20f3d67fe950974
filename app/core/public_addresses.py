"""Which network addresses belong to the public internet, and which to somebody's inside."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

UNICAST_IPV6 = ip_network("2000::/3")
"""All that is given out for public use: everything else is special."""
NAT64 = IPv6Network("64:ff9b::/96")
INSIDE_AFTER_ALL = tuple(
    map(
        ip_network,
        (
            "192.88.99.0/24",  # 6to4 relays (RFC 7526)
            "2001::/23",  # Teredo and other protocol assignments
            "2001:db8::/32",
            "2002::/16",  # 6to4 carries any IPv4 address inside
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""What Python's own judgement has let through, in this version or an older one."""


def is_public(address: IPAddress) -> bool:
    """Whether packets to this address leave for the public internet (IANA special-purpose registries).

    An IPv4 address inside an IPv6 one is judged as itself: `::ffff:127.0.0.1` is this machine.
    """
    if isinstance(address, IPv6Address):
        inner = embedded_ipv4(address)
        if inner is not None:
            return is_public(inner)
        if address not in UNICAST_IPV6 or address.scope_id is not None:
            return False
    if address.is_multicast or any(address in network for network in INSIDE_AFTER_ALL):
        return False
    return address.is_global


def embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a mapped (RFC 4291) or translated (RFC 6052) one stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_within(address: IPAddress, networks: tuple[IPNetwork, ...]) -> bool:
    """Whether one of the networks holds the address, whatever form it comes in."""
    if isinstance(address, IPv6Address):
        address = embedded_ipv4(address) or address
    return any(address in network for network in networks)
