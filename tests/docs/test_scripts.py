"""Blocks in JavaScript are run by Node.js, with a browser's objects made up around them."""

import json
import subprocess

import pytest

from tests.docs.documents import Document
from tests.e2e.proxies.test_clients import require_runtime

pytestmark = pytest.mark.long

BROWSER = """
const sent = [];
const post = async (path, body) => { sent.push([path, body]); return { public_key: { challenge: "c" } }; };
const PublicKeyCredential = { parseRequestOptionsFromJSON: (options) => ({ parsed: options }) };
Object.defineProperty(globalThis, "navigator", { value: { credentials: {
  get: async ({ publicKey }) => ({ toJSON: () => ({ answers: publicKey.parsed.challenge }) }),
} } });
"""


def test_a_browser_signs_in_with_a_passkey(app):
    require_runtime("node")
    (block,) = [block for block in Document("docs/second-factors.md").blocks if block.language == "js"]
    script = f"{BROWSER}{block.text}\nconsole.log(JSON.stringify(sent));"

    printed = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout

    (asked, _), (answered, body) = json.loads(printed)
    assert {asked, answered} <= set(app.openapi()["paths"])
    assert body == {"credential": {"answers": "c"}}
