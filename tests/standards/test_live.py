"""What only a running application shows."""

import subprocess
import sys

import pytest

from standards.engine import chosen
from standards.errors import CheckError
from standards.live.asgi import started
from standards.live.check import make_application, proved, stage_of
from standards.live.example import example_of
from standards.page import page_of
from tests.conftest import ROOT
from tests.standards.examples import configuration_in

WITHOUT_EXAMPLE = {"LIV005"}
LIVE = [rule for rule in chosen(("LIV",), ()) if rule.id not in WITHOUT_EXAMPLE]


async def findings_of(files, rule):
    """What a rule finds in the application of these texts."""
    namespace = {}
    exec(files["app/main.py"], namespace)
    stage = await stage_of(namespace["app"], ROOT, configuration_in(files))
    async with started(stage.application):
        return [finding.rule_id for finding in await proved(stage, {rule.id})]


@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.id)
async def test_the_bad_application_has_that_finding(rule):
    assert set(await findings_of(page_of(rule).bad, rule)) == {rule.id}


@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.id)
async def test_the_good_application_has_none(rule):
    assert await findings_of(page_of(rule).good, rule) == []


@pytest.mark.parametrize(
    "name", ["nowhere:app", "standards.errors:nothing", "standards.errors:CheckError", "x"]
)
def test_what_is_no_application_is_told(name):
    with pytest.raises(CheckError):
        make_application(name)


def test_a_body_is_made_from_its_schema():
    schema = {
        "required": ["email", "tags", "kind", "count"],
        "properties": {
            "email": {"type": "string", "format": "email"},
            "tags": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/Tag"}},
            "kind": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]},
            "count": {"type": "integer", "minimum": 3},
        },
    }
    request = {"content": {"application/json": {"schema": schema}}}
    document = {"components": {"Tag": {"type": "string", "minLength": 2}}}

    body = example_of(request, document)

    assert body == {"email": "ada@example.org", "tags": ["xx"], "kind": "a", "count": 3}


@pytest.mark.long
def test_faregate_does_what_it_promises(database_url):
    command = [sys.executable, "-m", "standards", "check", "--app", "app.main:create_app"]

    done = subprocess.run(
        [*command, "--database", database_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "No findings.\n", "")
