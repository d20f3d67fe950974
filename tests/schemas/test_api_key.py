import pytest
from pydantic import ValidationError

from app.schemas.api_key import ApiKeyCreate


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::1", "::1/128"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:cb00:7107", "203.0.113.7/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
    ],
)
def test_networks_are_written_in_one_way_and_mapped_ones_are_ipv4(written, read):
    key = ApiKeyCreate(name="New", allowed_cidrs=[written])

    assert key.allowed_cidrs == [read]


@pytest.mark.parametrize(
    "written",
    ["", "/8", "10.0.0.1/8", "10/8", "10.0.0.0/8/8", "::ffff:10.0.0.1/120", "fe80::1%eth0", "1.2.3.4 "],
)
def test_what_is_no_network_is_refused(written):
    with pytest.raises(ValidationError):
        ApiKeyCreate(name="New", allowed_cidrs=[written])


def test_a_network_is_kept_once():
    key = ApiKeyCreate(name="New", allowed_cidrs=["10.0.0.0/8", "::ffff:10.0.0.0/104", "10.0.0.0/8"])

    assert key.allowed_cidrs == ["10.0.0.0/8"]


def test_a_name_is_measured_after_stripping():
    assert ApiKeyCreate(name=f" {'n' * 100} ").name == "n" * 100
