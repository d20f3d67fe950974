"""Access tokens: one form, every claim required, nothing else believed (SEC-15 to SEC-18, SEC-20)."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.core.access_tokens import (
    P256_ORDER,
    AccessTokens,
    base64url,
    from_base64url,
    import_signing_key,
    with_low_s,
)

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
START = int(NOW.timestamp())
DROPPED = "left out"


def to_pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = to_pem(PRIVATE_KEY)
KID = import_signing_key(PEM).thumbprint()


def make_tokens(pem=PEM, **changes) -> AccessTokens:
    options = {"issuer": "faregate", "audience": "faregate", "lifetime_seconds": 600, **changes}
    return AccessTokens(pem, **options)


def header(**changes) -> bytes:
    members = {"alg": "ES256", "kid": KID, "typ": "at+jwt", **changes}
    return compact({name: value for name, value in members.items() if value is not DROPPED})


def claims(**changes) -> bytes:
    members = {
        "iss": "faregate",
        "aud": "faregate",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "iat": START,
        "exp": START + 600,
        "jti": str(uuid4()),
        **changes,
    }
    return compact({name: value for name, value in members.items() if value is not DROPPED})


def compact(value) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def sign(payload: bytes, header_bytes: bytes | None = None, key=PRIVATE_KEY) -> str:
    """A right signature over any header and payload, in the form we accept."""
    signed = f"{base64url(header_bytes or header())}.{base64url(payload)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return with_low_s(f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")


def test_an_issued_token_is_verified_and_says_who_and_which_session():
    tokens = make_tokens()
    user_id, session_id = uuid4(), uuid4()

    found = tokens.verify(tokens.issue(user_id, session_id, NOW), NOW)

    assert found is not None
    assert (found.user_id, found.session_id) == (user_id, session_id)
    assert found.expires_at == NOW + timedelta(minutes=10)


def test_the_hand_made_token_of_these_tests_is_accepted_so_refusals_mean_something():
    assert make_tokens().verify(sign(claims()), NOW) is not None


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
