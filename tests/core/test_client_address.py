from ipaddress import ip_network

import pytest

from app.core.client_address import address_bucket, client_address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # a stranger's header is hearsay
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),  # the client wrote 1.1.1.1 itself
        ("10.0.0.1", ["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.2.3.4"], "198.51.100.7"),
        ("10.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9"),  # inside our own network
        ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:1234"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::7]:1234"], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", ["2001:DB8:0:0::7"], "2001:db8::7"),
        ("10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("2001:db8:ffff::1", ["198.51.100.7"], "198.51.100.7"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("unix-socket", ["198.51.100.7"], "unknown"),
        (None, ["198.51.100.7"], "unknown"),
        (None, [], "unknown"),
        ("10.0.0.1", [",".join(["10.0.0.2"] * 5000)], "10.0.0.2"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_not_our_proxy(peer, forwarded_for, expected):
    assert client_address(peer, forwarded_for, PROXIES) == expected


def test_without_trusted_proxies_no_header_counts():
    """SEC-57."""
    assert client_address("10.0.0.1", ["198.51.100.7"], []) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_a_bucket_is_an_ipv4_address_or_an_ipv6_network(address, bucket):
    assert address_bucket(address) == bucket


@pytest.mark.parametrize(
    ("aliases", "bucket"),
    [
        (
            (
                "2001:db8:1:2::1",
                "2001:0db8:0001:0002:0000:0000:0000:0001",
                "2001:DB8:1:2::0.0.0.1",
                "2001:db8:1:2:ffff:ffff:ffff:ffff",
                "2001:db8:1:2::1%eth0",
            ),
            "2001:db8:1:2::/64",
        ),
        (("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201", "0:0:0:0:0:FFFF:192.0.2.1"), "192.0.2.1"),
        (("fe80::1%eth0", "fe80::1%eth1", "FE80:0::2"), "fe80::/64"),
    ],
)
def test_every_spelling_of_an_address_fills_the_same_bucket(aliases, bucket):
    """SEC-56: the corpus of IPv6 aliases."""
    assert {address_bucket(alias) for alias in aliases} == {bucket}
