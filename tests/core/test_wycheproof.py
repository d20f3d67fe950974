"""The public Wycheproof vectors for JWS and JWK, where they are at hand (SEC-16, SEC-17, SEC-18)."""

import json
import warnings
from datetime import UTC, datetime

import pytest
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry

from app.core.access_tokens import AccessTokens, read_signed_payload
from app.core.signing_keys import SigningKeys
from tests.conftest import ROOT

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOLDERS = [folder / "shared" / "vectors" for folder in ROOT.parents]
VECTORS = next((folder for folder in FOLDERS if folder.is_dir()), None)
"""Beside the checkout, or beside what it is a worktree in."""

pytestmark = pytest.mark.skipif(VECTORS is None, reason="the Wycheproof vectors are not on this machine")


def read_groups(name: str) -> list[dict]:
    return json.loads((VECTORS / f"{name}.json").read_text())["testGroups"]


def keys_of(group: dict) -> list[dict]:
    """The private key of a group, or its public one; of a key set all."""
    jwk = group.get("private") or group["public"]
    return jwk.get("keys", [jwk])


def vectors_of(name: str) -> list[tuple[dict, dict]]:
    """Every vector with every key of its group."""
    return [(jwk, test) for group in read_groups(name) for jwk in keys_of(group) for test in group["tests"]]


def es256_vectors() -> list[tuple[dict, dict]]:
    """Every vector of a group whose key signs ES256."""
    return [(jwk, test) for jwk, test in vectors_of("json_web_signature_test") if jwk.get("alg") == "ES256"]


def is_accepted(jwk: dict, text: str) -> bool:
    """Whether our verifier accepts this under a key, if it can be one."""
    try:
        key = JWKRegistry.import_key(jwk)
    except (JoseError, ValueError, TypeError):
        return False
    return read_signed_payload(text, key) is not None


def test_signatures_are_accepted_exactly_where_the_vectors_say_so():
    """SEC-16."""
    vectors = es256_vectors()

    wrong = []
    for jwk, test in vectors:
        payload = read_signed_payload(test["jws"], ECKey.import_key(jwk))
        if (payload is not None) != (test["result"] == "valid"):
            wrong.append((test["tcId"], test["comment"]))

    assert len(vectors) >= 39
    assert wrong == []


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_no_key_of_another_kind_or_use_and_no_altered_key_verifies_anything():
    """SEC-16, SEC-17: RSA, AES and HMAC keys, other curves, points off the curve, `use: enc`."""
    vectors = vectors_of("json_web_key_test")

    accepted = [test["tcId"] for jwk, test in vectors if is_accepted(jwk, test["jws"])]

    assert len({test["tcId"] for _, test in vectors}) == 26
    assert accepted == []


@pytest.mark.parametrize(("name", "number"), [("json_web_signature_test", 401), ("json_web_key_test", 26)])
def test_no_vector_of_any_algorithm_is_an_access_token(name, number):
    """SEC-15, SEC-18: whatever signed it, and though our key did."""
    private = next(jwk for jwk, _ in es256_vectors() if "d" in jwk and jwk.get("use") == "sig")
    keys = SigningKeys(ECKey.import_key(private))
    tokens = AccessTokens(keys, issuer="faregate", audience="faregate", lifetime_seconds=600)
    texts = [test["jws"] for group in read_groups(name) for test in group["tests"]]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        accepted = [text for text in texts if isinstance(text, str) and tokens.verify(text, NOW) is not None]

    assert len(texts) >= number
    assert accepted == []
