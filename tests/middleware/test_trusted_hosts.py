import pytest

from tests.middleware.conftest import calling

HOSTS = ["api.example.org", "*.example.net", "[::1]"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("api.example.org", 404),
        ("API.example.org:8443", 404),
        ("a.b.example.net", 404),
        ("[::1]:8000", 404),
        ("example.net", 400),
        ("evilexample.net", 400),
        ("api.example.org.evil.example", 400),
        ("evil.example", 400),
        ("", 400),
        ("api.example.org@evil.example", 400),
    ],
)
async def test_only_hosts_that_are_ours_are_answered(build, host, status):
    """SEC-62."""
    async with calling(build(trusted_hosts=HOSTS)) as http:
        answer = await http.get("/nowhere", headers={"Host": host})

    assert answer.status_code == status


async def test_two_hosts_are_refused(build):
    async with calling(build(trusted_hosts=HOSTS)) as http:
        answer = await http.get("/nowhere", headers=[("Host", "api.example.org"), ("Host", "evil.example")])

    assert answer.status_code == 400
    assert answer.json()["code"] == "untrusted_host"


async def test_probes_are_answered_by_address(build):
    async with calling(build(trusted_hosts=HOSTS)) as http:
        answer = await http.get("/health/live", headers={"Host": "10.0.0.7:8000"})

    assert answer.status_code == 200
