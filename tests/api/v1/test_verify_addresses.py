"""Where a call comes from, for keys with an allow list."""

import pytest

from tests.factories.gate import VERIFY, question, verify

CIDRS = ["192.0.2.0/24", "2001:db8::/32"]


@pytest.fixture
async def service(world):
    return await world.service_key()


@pytest.fixture
async def key(world):
    return await world.api_key(await world.organization(), allowed_cidrs=CIDRS)


@pytest.mark.parametrize(
    ("ip", "code"),
    [
        ("192.0.2.1", "VALID"),
        ("192.0.2.255", "VALID"),
        ("192.0.3.1", "FORBIDDEN"),
        ("2001:db8::1", "VALID"),
        ("2001:DB8:0:0:0:0:0:1", "VALID"),
        ("2001:db9::1", "FORBIDDEN"),
        ("::ffff:192.0.2.1", "VALID"),
        ("::ffff:c000:201", "VALID"),
        ("::ffff:192.0.3.1", "FORBIDDEN"),
        ("::192.0.2.1", "FORBIDDEN"),
    ],
)
async def test_the_allow_list_decides_and_a_mapped_address_counts_as_ipv4(client, service, key, ip, code):
    verdict = await verify(client, service, key, ip=ip, cost=2)

    assert verdict["code"] == code
    assert verdict["credits"]["charged"] == (2 if code == "VALID" else 0)


async def test_an_allow_list_without_an_address_to_check_is_forbidden(client, service, key):
    assert (await verify(client, service, key))["code"] == "FORBIDDEN"


async def test_an_empty_allow_list_allows_nobody_and_no_list_allows_everybody(client, world, service):
    organization = await world.organization()
    nobody = await world.api_key(organization, allowed_cidrs=[])
    anybody = await world.api_key(organization)

    codes = [(await verify(client, service, key, ip="192.0.2.1"))["code"] for key in (nobody, anybody)]

    assert codes == ["FORBIDDEN", "VALID"]


@pytest.mark.parametrize(
    "ip",
    ["", " ", "192.0.2", "192.0.2.256", "192.0.2.1 ", "192.0.2.01", "192.0.2.0/24", "192.0.2.1:80",
     "[2001:db8::1]", "2001:db8::1%eth0", "fe80::1%1", "example.org", "3221225985", 3221225985, None, True,
     [], {}, "١٩٢.0.2.1", "192.0.2.1\u0000"],
)  # fmt: skip
async def test_what_is_no_address_is_refused_with_a_pointer_whatever_the_key(client, world, service, ip):
    key = await world.api_key(await world.organization())

    answer = await client.post(VERIFY, json=question(key, ip=ip), headers=service.headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/ip"]
    assert await world.balance(key.row.organization_id) == 1_000
