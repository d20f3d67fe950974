"""The relying party alone: what hostile bytes do to it, and what it never believes (SEC-35)."""

import copy

import pytest
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import relying_party
from app.core.identifiers import new_id
from app.core.relying_party import RelyingParty, UserVerification
from tests.factories.authenticator import Authenticator, to_bytes, to_text

CHALLENGE = b"c" * 32
USER_ID = new_id()
PARTY = RelyingParty(origin="https://api.example.org", host="api.example.org")
ORIGIN = "https://api.example.org"


def new_credential(**wrong):
    """A registration, and the device that answers for it."""
    device = Authenticator()
    options = PARTY.creation_options(CHALLENGE, user_id=USER_ID, email="ada@example.org", known=())
    return device, device.create(options, **{"origin": ORIGIN, **wrong})


def request_options():
    return PARTY.request_options(CHALLENGE, known=(), verification=UserVerification.REQUIRED)


def test_a_good_registration_is_believed():
    device, credential = new_credential()

    new = PARTY.check_registration(credential, CHALLENGE)

    assert new.credential_id == device.credential_id
    assert (new.sign_count, new.transports, new.is_synced) == (0, ["hybrid", "internal"], False)


def test_an_attestation_that_is_not_asked_for_is_not_parsed():
    """Formats with certificates, clocks and JSON web tokens of their own are no business of ours."""
    _, credential = new_credential()
    attestation = cbor.decode(to_bytes(credential["response"]["attestationObject"]))
    attestation |= {"fmt": "android-safetynet", "attStmt": {"ver": "1", "response": b"x.y.z"}}
    credential["response"]["attestationObject"] = to_text(cbor.encode(attestation))

    assert PARTY.check_registration(credential, CHALLENGE) is None


def test_a_good_answer_tells_its_counter():
    device, credential = new_credential()
    key = PARTY.check_registration(credential, CHALLENGE).public_key

    answer = device.get(request_options(), origin=ORIGIN, sign_count=7)

    checked = PARTY.check_assertion(answer, CHALLENGE, public_key=key, verification=UserVerification.REQUIRED)
    assert checked == 7


DEVICE, REGISTRATION = new_credential()
KEY = PARTY.check_registration(REGISTRATION, CHALLENGE).public_key
ASSERTION = DEVICE.get(request_options(), origin=ORIGIN)
TEXT = st.text(alphabet="ABCDEFabcdef0123456789-_", min_size=1, max_size=200)


@pytest.mark.parametrize("member", ["clientDataJSON", "attestationObject"])
@given(text=TEXT)
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_a_registration(member, text):
    """SEC-60."""
    credential = copy.deepcopy(REGISTRATION)
    credential["response"][member] = text

    relying_party.read_challenge(credential)
    assert PARTY.check_registration(credential, CHALLENGE) is None


@pytest.mark.parametrize("member", ["attestationObject", "clientDataJSON"])
@given(place=st.integers(0, 2000), value=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_no_flipped_byte_breaks_a_registration(member, place, value):
    """SEC-60: most are refused; those in what is not asked for, such as the key itself, may pass."""
    credential = copy.deepcopy(REGISTRATION)
    data = bytearray(to_bytes(credential["response"][member]))
    data[place % len(data)] = value
    credential["response"][member] = to_text(bytes(data))

    PARTY.check_registration(credential, CHALLENGE)


@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
@given(place=st.integers(0, 2000), change=st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_no_flipped_byte_passes_as_an_answer(member, place, change):
    """SEC-35, SEC-60."""
    credential = copy.deepcopy(ASSERTION)
    data = bytearray(to_bytes(credential["response"][member]))
    data[place % len(data)] ^= change
    credential["response"][member] = to_text(bytes(data))

    relying_party.read_assertion(credential)
    checked = PARTY.check_assertion(
        credential, CHALLENGE, public_key=KEY, verification=UserVerification.REQUIRED
    )
    assert checked is None


@given(text=TEXT)
@settings(max_examples=100, deadline=None)
def test_no_stored_key_breaks_an_answer(text):
    """Not even one that the database has mangled."""
    checked = PARTY.check_assertion(
        ASSERTION, CHALLENGE, public_key=text.encode(), verification=UserVerification.REQUIRED
    )
    assert checked is None


def test_a_port_is_part_of_the_origin_and_not_of_the_id():
    party = RelyingParty(origin="http://localhost:8000", host="localhost")

    options = party.creation_options(CHALLENGE, user_id=USER_ID, email="ada@example.org", known=())

    assert options["rp"]["id"] == "localhost"
