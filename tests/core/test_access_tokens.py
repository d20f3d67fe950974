"""Access tokens as they are issued: one byte form each, good for ten minutes (SEC-16, SEC-18, SEC-20)."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.core.access_tokens import P256_ORDER, base64url, from_base64url
from tests.core.token_forge import KID, NOW, PRIVATE_KEY, make_tokens, to_pem


def test_an_issued_token_is_verified_and_says_who_and_which_session():
    tokens = make_tokens()
    user_id, session_id = uuid4(), uuid4()

    found = tokens.verify(tokens.issue(user_id, session_id, NOW), NOW)

    assert found is not None
    assert (found.user_id, found.session_id) == (user_id, session_id)
    assert found.expires_at == NOW + timedelta(minutes=10)


def test_another_implementation_verifies_our_tokens_with_the_published_keys():
    tokens = make_tokens()
    user_id, session_id = uuid4(), uuid4()
    token = tokens.issue(user_id, session_id, datetime.now(UTC))
    key_set = jwt.PyJWKSet.from_dict(tokens.jwks())

    found = jwt.decode_complete(
        token,
        key_set[jwt.get_unverified_header(token)["kid"]].key,
        algorithms=["ES256"],
        audience="faregate",
        issuer="faregate",
        options={"require": ["iss", "aud", "sub", "iat", "exp", "jti"]},
    )

    assert found["header"] == {"alg": "ES256", "typ": "at+jwt", "kid": KID}
    assert found["payload"]["sub"] == str(user_id)
    assert found["payload"]["sid"] == str(session_id)


def test_every_token_has_its_own_jti():
    tokens = make_tokens()
    user_id, session_id = uuid4(), uuid4()

    made = [tokens.verify(tokens.issue(user_id, session_id, NOW), NOW) for _ in range(50)]

    assert len({found.jti for found in made if found}) == 50


def test_the_mirrored_signature_is_refused_though_ecdsa_would_accept_it():
    token = make_tokens().issue(uuid4(), uuid4(), NOW)
    signed, _, segment = token.rpartition(".")
    signature = from_base64url(segment)
    mirrored_s = P256_ORDER - int.from_bytes(signature[32:], "big")
    twin = f"{signed}.{base64url(signature[:32] + mirrored_s.to_bytes(32, 'big'))}"

    jwt.decode(
        twin,
        PRIVATE_KEY.public_key(),
        algorithms=["ES256"],
        audience="faregate",
        options={"verify_exp": False, "verify_iat": False},
    )

    assert make_tokens().verify(twin, NOW) is None


def test_no_other_spelling_of_a_good_token_is_accepted():
    tokens = make_tokens()
    token = tokens.issue(uuid4(), uuid4(), NOW)
    head, payload, signature = token.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(signature[-1])
    others = [
        *(f"{token}{tail}" for tail in ("=", "==", " ", "\n", "\x00", ".", "A", "é")),
        *(f"{front}{token}" for front in (" ", "\n", ".", "Bearer ")),
        *(f"{head}.{payload}.{signature[:-1]}{alphabet[last ^ bit]}" for bit in (1, 2, 3)),
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}=.{signature}",
        f"{head}.{payload}.{signature[:40]}\n{signature[40:]}",
        f"{head}.{payload}.{base64.b64encode(from_base64url(signature)).decode()}",
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.{signature}",
        f"{head}..{signature}",
        f"{head}.{payload}.{base64url(bytes(64))}",
        f"{head}.{payload}.{base64url(from_base64url(signature) + bytes(1))}",
        f"{head}.{payload}.{base64url(bytes(1) + from_base64url(signature))}",
        token.upper(),
    ]

    assert tokens.verify(token, NOW) is not None
    assert [other for other in others if other != token and tokens.verify(other, NOW)] == []


@pytest.mark.parametrize(
    "text", ["", ".", "...", "a.b.c", "\x00", "é.é.é", "\ud800", "." * 2048, "A" * 100_000]
)
def test_text_that_is_no_token_is_refused_without_an_error(text):
    assert make_tokens().verify(text, NOW) is None


def test_a_token_ends_at_its_very_second_and_a_remembered_one_too():
    tokens = make_tokens()
    token = tokens.issue(uuid4(), uuid4(), NOW)

    assert tokens.verify(token, NOW + timedelta(seconds=599, microseconds=999_999)) is not None
    assert tokens.verify(token, NOW + timedelta(seconds=600)) is None
    assert make_tokens().verify(token, NOW + timedelta(seconds=600)) is None


def test_a_token_from_the_future_is_refused_beyond_five_seconds():
    token = make_tokens().issue(uuid4(), uuid4(), NOW)

    assert make_tokens().verify(token, NOW - timedelta(seconds=5)) is not None
    assert make_tokens().verify(token, NOW - timedelta(seconds=6)) is None


@pytest.mark.parametrize("changes", [{"issuer": "other"}, {"audience": "other"}, {"issuer": "faregate "}])
def test_a_token_for_another_issuer_or_audience_is_refused(changes):
    token = make_tokens(**changes).issue(uuid4(), uuid4(), NOW)

    assert make_tokens().verify(token, NOW) is None


def test_only_verified_tokens_are_remembered_and_only_so_many():
    tokens = make_tokens(cache_size=3)
    good = [tokens.issue(uuid4(), uuid4(), NOW) for _ in range(5)]

    for token in good:
        assert tokens.verify(token, NOW) is not None
        assert tokens.verify(f"{token}A", NOW) is None

    remembered = list(tokens._verified)
    assert remembered == [hashlib.sha256(token.encode()).digest() for token in good[2:]]


def test_the_token_used_last_is_forgotten_last():
    tokens = make_tokens(cache_size=2)
    first, second, third = (tokens.issue(uuid4(), uuid4(), NOW) for _ in range(3))

    for token in (first, second, first, third):
        tokens.verify(token, NOW)

    remembered = list(tokens._verified)
    assert remembered == [hashlib.sha256(token.encode()).digest() for token in (first, third)]


def test_the_published_keys_have_no_private_member():
    (key,) = make_tokens().jwks()["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_the_kid_is_the_rfc_7638_thumbprint():
    (key,) = make_tokens().jwks()["keys"]
    required = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))

    assert key["kid"] == base64url(hashlib.sha256(required.encode()).digest())


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "secret",
        to_pem(ec.generate_private_key(ec.SECP384R1())),
        to_pem(ec.generate_private_key(ec.SECP256K1())),
        to_pem(rsa.generate_private_key(65537, 2048)),
        PRIVATE_KEY.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    ],
    ids=["empty", "text", "P-384", "secp256k1", "RSA", "public"],
)
def test_a_signing_key_of_another_kind_is_refused_without_telling_it(pem):
    with pytest.raises(ValueError, match="signing key") as caught:
        make_tokens(pem)

    assert pem == "" or pem not in str(caught.value)
