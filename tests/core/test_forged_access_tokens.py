"""Forged claims and headers: each claim is required, nothing in a header is believed (SEC-15 to SEC-18)."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.access_tokens import base64url
from app.core.signing_keys import import_signing_key
from tests.core.token_forge import (
    DROPPED,
    NOW,
    PRIVATE_KEY,
    START,
    claims,
    header,
    make_tokens,
    sign,
    to_pem,
)


def test_the_hand_made_token_of_these_tests_is_accepted_so_refusals_mean_something():
    assert make_tokens().verify(sign(claims()), NOW) is not None


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
def test_a_token_without_one_of_its_claims_is_refused(name):
    assert make_tokens().verify(sign(claims(**{name: DROPPED})), NOW) is None


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
@pytest.mark.parametrize(
    "value",
    [None, "", "other", [], {}, True, 1.5, -1, 10**400, ["faregate"], "NaN"],
    ids=lambda value: repr(value)[:12],
)
def test_a_claim_of_another_value_or_type_is_refused(name, value):
    assert make_tokens().verify(sign(claims(**{name: value})), NOW) is None


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("written", ["1.0e9", "{0}.0", '"{0}"', "{0}e0", "1e400", "NaN", "Infinity", "-0"])
def test_a_date_that_is_not_a_plain_integer_is_refused(name, written):
    date = START + 600 if name == "exp" else START
    payload = claims(**{name: "HERE"}).replace(b'"HERE"', written.format(date).encode())

    assert make_tokens().verify(sign(payload), NOW) is None


def test_a_claim_that_we_never_write_is_refused():
    assert make_tokens().verify(sign(claims(nbf=START + 10_000)), NOW) is None
    assert make_tokens().verify(sign(claims(scope="users:read")), NOW) is None


def test_identifiers_in_another_spelling_are_refused():
    identifier = "01a20fce-f1ee-7739-a3e6-f466c9c250ee"

    assert make_tokens().verify(sign(claims(sub=identifier)), NOW) is not None
    for other in (identifier.upper(), identifier.replace("-", ""), "{" + identifier + "}", f" {identifier}"):
        assert make_tokens().verify(sign(claims(sub=other)), NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": DROPPED},
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "es256"},
        {"alg": "ES384"},
        {"alg": "HS256"},
        {"typ": DROPPED},
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": "application/at+jwt"},
        {"kid": DROPPED},
        {"kid": "../../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"kid": "k" * 10_000},
        {"kid": None},
        {"kid": ["x"]},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"jku": "https://attacker.example/jwks.json"},
        {"x5u": "https://attacker.example/cert.pem"},
        {"jwk": {"kty": "EC"}},
        {"x5c": ["MIIB"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_header_other_than_ours_is_refused_however_well_it_is_signed(changes):
    """SEC-17."""
    assert make_tokens().verify(sign(claims(), header(**changes)), NOW) is None


def test_a_key_carried_inside_the_token_is_never_used():
    attacker = ec.generate_private_key(ec.SECP256R1())
    jwk = import_signing_key(to_pem(attacker)).as_dict(private=False)

    token = sign(claims(), header(jwk=jwk), key=attacker)

    assert make_tokens().verify(token, NOW) is None


def test_a_token_signed_by_another_key_is_refused_even_under_our_kid():
    assert make_tokens().verify(sign(claims(), key=ec.generate_private_key(ec.SECP256R1())), NOW) is None


def test_our_public_key_is_no_hmac_secret():
    public_pem = PRIVATE_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{base64url(header(alg='HS256'))}.{base64url(claims())}"
    mac = hmac.digest(public_pem, signed.encode(), hashlib.sha256)

    assert make_tokens().verify(f"{signed}.{base64url(mac)}", NOW) is None


def test_an_unsigned_token_is_refused():
    for head in (header(alg="none"), header()):
        assert make_tokens().verify(f"{base64url(head)}.{base64url(claims())}.", NOW) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda payload: payload.replace(b'","', b'", "', 1),
        lambda payload: payload.replace(b"{", b" {", 1),
        lambda payload: payload + b"\n",
        lambda payload: payload.replace(b"{", b'{"iss":"faregate",', 1),
        lambda payload: payload[:-1] + f',"exp":{START + 9999}}}'.encode(),
        lambda payload: payload.replace(b'"faregate"', b'"f\\u0061regate"', 1),
        lambda payload: b"\xef\xbb\xbf" + payload,
        lambda payload: payload[:0],
        lambda payload: payload[:0] + b"null",
        lambda payload: b"[" + payload + b"]",
        lambda payload: b'"' + payload.replace(b'"', b"'") + b'"',
        lambda payload: b"\xff\xfe" + payload,
        lambda payload: b"{" * 400 + payload,
        lambda payload: b"[" * 400 + payload,
        lambda payload: payload[:0] + b"[" * 1400,
    ],
)
def test_a_payload_that_is_not_our_canonical_json_object_is_refused(spoil):
    assert make_tokens().verify(sign(spoil(claims())), NOW) is None
