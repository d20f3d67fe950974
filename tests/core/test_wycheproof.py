"""The public Wycheproof JWS vectors, where they are at hand (SEC-16)."""

import json
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from app.core.access_tokens import AccessTokens, read_signed_payload

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "json_web_signature_test.json"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason="the Wycheproof vectors are not on this machine")


def read_groups() -> list[dict]:
    return json.loads(VECTORS.read_text())["testGroups"]


def es256_vectors() -> list[tuple[dict, dict]]:
    """Every vector of a group whose key signs ES256."""
    keys = [(group, group.get("private") or group["public"]) for group in read_groups()]
    return [(key, test) for group, key in keys if key.get("alg") == "ES256" for test in group["tests"]]


def test_signatures_are_accepted_exactly_where_the_vectors_say_so():
    vectors = es256_vectors()

    wrong = []
    for jwk, test in vectors:
        payload = read_signed_payload(test["jws"], ECKey.import_key(jwk))
        if (payload is not None) != (test["result"] == "valid"):
            wrong.append((test["tcId"], test["comment"]))

    assert len(vectors) >= 39
    assert wrong == []


def test_no_vector_of_any_algorithm_is_an_access_token():
    private = next(jwk for jwk, _ in es256_vectors() if "d" in jwk and jwk.get("use") == "sig")
    pem = ECKey.import_key(private).as_pem(private=True).decode()
    tokens = AccessTokens(pem, issuer="faregate", audience="faregate", lifetime_seconds=600)
    texts = [test["jws"] for group in read_groups() for test in group["tests"]]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        accepted = [text for text in texts if isinstance(text, str) and tokens.verify(text, NOW) is not None]

    assert len(texts) >= 400
    assert accepted == []
