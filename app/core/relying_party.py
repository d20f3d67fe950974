"""WebAuthn as a relying party (W3C Web Authentication, Level 3): what is asked, and what is believed.

Attestation is neither asked for nor believed: who made an authenticator decides nothing here, and the many
formats that tell it are not parsed.
"""

import binascii
import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_attestation_object,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES = 32
CREDENTIAL_ID_BYTES_MAX = 1023
"""WebAuthn, section 4: no authenticator makes longer ones."""
BELIEVED_FORMATS = ("none", "packed")
"""Browsers replace every attestation by `none`, but for the signature of an authenticator by itself."""
TIMEOUT_MILLISECONDS = 300_000
UNREADABLE = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    binascii.Error,
    struct.error,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the library and its parsers answer hostile bytes with."""

UserVerification = UserVerificationRequirement
"""Whether a device must know that it is in its person's hands."""
Options = dict[str, Any]
Credential = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """How an authenticator is asked for a key it has."""

    credential_id: bytes
    transports: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What a registration has proved."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator claims, before its signature is checked."""

    challenge: bytes
    credential_id: bytes
    user_handle: bytes | None


class RelyingParty:
    """Asks authenticators on behalf of one origin, and believes those that answer exactly that."""

    def __init__(self, *, origin: str, host: str) -> None:
        """Take the origin that browsers show, `scheme://host[:port]`, and its host."""
        self._origin = origin
        self._id = host

    def creation_options(
        self, challenge: bytes, *, user_id: UUID, email: str, known: Sequence[KnownCredential]
    ) -> Options:
        """What `navigator.credentials.create()` takes, as JSON; keys that are known already are excluded."""
        options = webauthn.generate_registration_options(
            rp_id=self._id,
            rp_name=self._id,
            user_id=user_id.bytes,
            user_name=email,
            challenge=challenge,
            timeout=TIMEOUT_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerification.PREFERRED,
            ),
            exclude_credentials=descriptors(known),
        )
        return options_to_json_dict(options)

    def request_options(
        self, challenge: bytes, *, known: Sequence[KnownCredential], verification: UserVerification
    ) -> Options:
        """What `navigator.credentials.get()` takes, as JSON; without known keys the person chooses one."""
        options = webauthn.generate_authentication_options(
            rp_id=self._id,
            challenge=challenge,
            timeout=TIMEOUT_MILLISECONDS,
            allow_credentials=descriptors(known),
            user_verification=verification,
        )
        return options_to_json_dict(options)

    def check_registration(self, credential: Credential, challenge: bytes) -> NewCredential | None:
        """What a new credential is; None when anything about the answer is not as it was asked for."""
        try:
            response = credential["response"]
            attestation = parse_attestation_object(base64url_to_bytes(response["attestationObject"]))
            if attestation.fmt not in BELIEVED_FORMATS or not is_same_origin(response):
                return None
            verified = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._id,
                expected_origin=self._origin,
            )
        except UNREADABLE:
            return None
        if len(verified.credential_id) > CREDENTIAL_ID_BYTES_MAX:
            return None
        return NewCredential(
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            known_transports(response.get("transports") or ()),
            verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        )

    def check_assertion(
        self, credential: Credential, challenge: bytes, *, public_key: bytes, verification: UserVerification
    ) -> int | None:
        """The counter of a good answer; None when anything about it is not as it was asked for.

        Whether the counter has grown is for the caller to compare: only a good signature makes it worth it.
        """
        try:
            if not is_same_origin(credential["response"]):
                return None
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._id,
                expected_origin=self._origin,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=verification is UserVerification.REQUIRED,
            )
        except UNREADABLE:
            return None
        return verified.new_sign_count


def read_assertion(credential: Credential) -> Assertion | None:
    """What an answer claims; None when it cannot be read."""
    try:
        response = credential["response"]
        handle = response.get("userHandle")
        return Assertion(
            challenge=challenge_of(credential),
            credential_id=base64url_to_bytes(credential["rawId"]),
            user_handle=None if handle is None else base64url_to_bytes(handle),
        )
    except UNREADABLE:
        return None


def read_challenge(credential: Credential) -> bytes | None:
    """The challenge that an answer claims to answer; None when it cannot be read."""
    try:
        return challenge_of(credential)
    except UNREADABLE:
        return None


def challenge_of(credential: Credential) -> bytes:
    """The same, or whatever error the parsers raise."""
    client_data = base64url_to_bytes(credential["response"]["clientDataJSON"])
    return parse_client_data_json(client_data).challenge


def digest_of(challenge: bytes) -> bytes:
    """What a challenge is stored as."""
    return hashlib.sha256(challenge).digest()


def is_same_origin(response: Mapping[str, Any]) -> bool:
    """Whether no page of another origin had us in a frame (WebAuthn, section 7.1, step 10)."""
    return not parse_client_data_json(base64url_to_bytes(response["clientDataJSON"])).cross_origin


def descriptors(known: Sequence[KnownCredential]) -> list[PublicKeyCredentialDescriptor]:
    """Known credentials as the library wants them."""
    return [
        PublicKeyCredentialDescriptor(
            id=each.credential_id, transports=[AuthenticatorTransport(name) for name in each.transports]
        )
        for each in known
    ]


def known_transports(names: Sequence[str]) -> list[str]:
    """Of what a browser says, the names that the library knows, each once."""
    known = {transport.value for transport in AuthenticatorTransport}
    return sorted(known.intersection(names))
