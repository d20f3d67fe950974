"""Blocks that are not commands: quotations, requests, objects, price lists, diagrams, pictures."""

import json
import re
import tomllib

import jsonschema_rs
import pytest

from app.core.forward_settings import ForwardSettings
from app.schemas.imported_key import ImportedKey
from tests.docs.documents import Document
from tests.docs.inventory import BY_LANGUAGE, BY_PAGE, blocks_of
from tests.docs.quotations import is_quoted

PARTICIPANT = re.compile(r"^ *participant (\w+)", re.MULTILINE)
MESSAGE = re.compile(r"^ *(\w+) *(?:-->>|->>|-\))(\w+):", re.MULTILINE)
NODE = re.compile(r"\b([a-z]+)(?=[\[(]| ?-->| ?$)", re.MULTILINE)
QUOTED, TEXT = BY_LANGUAGE["python"], BY_LANGUAGE["text"]


def places(test):
    """Parameters of a test, one for each of its blocks."""
    return [
        pytest.param(block, id=f"{page.name}-{number}")
        for number, (page, block) in enumerate(blocks_of(test), start=1)
    ]


@pytest.fixture(scope="module")
def document(app):
    """What the application says of itself."""
    return app.openapi()


@pytest.mark.parametrize("block", places(QUOTED))
def test_a_quotation_stands_in_the_code(block):
    assert is_quoted(block), block.text


@pytest.mark.parametrize("block", places(BY_LANGUAGE["http"]))
def test_a_request_is_one_that_a_route_takes(document, block):
    method, path = block.text.splitlines()[0].split()[:2]

    assert method.lower() in document["paths"].get(path.partition("?")[0], {}), block.text


@pytest.mark.parametrize("block", places(BY_LANGUAGE["json"]))
def test_an_object_is_one_of_the_api(document, block):
    value = json.loads(block.text)
    schemas = document["components"]["schemas"]
    fitting = [name for name, schema in schemas.items() if set(value) <= set(schema.get("properties", ()))]

    assert any(
        jsonschema_rs.is_valid(
            {"$ref": f"#/components/schemas/{name}", "components": document["components"]}, value
        )
        for name in fitting
    ), fitting


def test_the_price_list_can_be_read(tmp_path):
    (block,) = [each for each in Document("docs/forward-auth.md").blocks if each.language == "toml"]
    file = tmp_path / "routes.toml"
    file.write_text(block.text)

    settings = ForwardSettings(routes_file=file)

    assert len(settings.routes) == len(tomllib.loads(block.text)["routes"])


def test_a_line_of_an_import_is_one():
    lines = [each for each in Document("docs/operations.md").blocks if each.language == "json"]

    assert [ImportedKey.model_validate_json(line.text).prefix for line in lines] == ["sk_live_a1"]
    assert BY_PAGE["docs/operations.md", "json"].endswith("is_one")


@pytest.mark.parametrize("block", places(BY_LANGUAGE["mermaid"]))
def test_a_diagram_names_who_takes_part(block):
    if not block.text.startswith("sequenceDiagram\n"):
        assert block.text.startswith("flowchart TD\n")
        return

    speaking = {name for pair in MESSAGE.findall(block.text) for name in pair}

    assert speaking == set(PARTICIPANT.findall(block.text))


@pytest.mark.parametrize("block", places(TEXT))
def test_what_is_called_text_is_no_code(block):
    first = block.text.lstrip().split()[0]

    assert not re.match(r"\$|[{\[]$|def$|class$|import$|from$|async$|curl$|make$|GET$|POST$", first)
