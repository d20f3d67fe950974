"""What browsers and passkeys say: the JSON of Web Authentication, Level 3, sections 5.1 and 5.2."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.schemas.base import RequestModel, ResponseModel
from app.schemas.fields import SingleLine, StorableStr
from app.schemas.metadata import Metadata

NAME_LENGTH_MAX = 100
CREDENTIAL_ID_LENGTH_MAX = 1364
SHORT_LENGTH_MAX = 4096
LONG_LENGTH_MAX = 65_536
TRANSPORTS_MAX = 10

Base64Url = StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")
CredentialId = Annotated[
    str, Base64Url, Field(max_length=CREDENTIAL_ID_LENGTH_MAX, examples=["dGhlIGNyZWRlbnRpYWwgaWQ"])
]
ShortBytes = Annotated[str, Base64Url, Field(max_length=SHORT_LENGTH_MAX, examples=["eyJ0eXBlIjoi"])]
LongBytes = Annotated[str, Base64Url, Field(max_length=LONG_LENGTH_MAX, examples=["o2NmbXRkbm9uZQ"])]
Attachment = Annotated[Literal["platform", "cross-platform"] | None, Field(alias="authenticatorAttachment")]
Extensions = Annotated[
    Metadata, Field(alias="clientExtensionResults", description="Not read.", examples=[{}])
]
PasskeyName = Annotated[
    StorableStr,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH_MAX),
    SingleLine,
    Field(description="How its owner tells it from others.", examples=["Work laptop"]),
]
REGISTRATION_EXAMPLE: dict[str, Any] = {
    "id": "dGhlIGNyZWRlbnRpYWwgaWQ",
    "rawId": "dGhlIGNyZWRlbnRpYWwgaWQ",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ0eXBlIjoi", "attestationObject": "o2NmbXRkbm9uZQ"},
}
AUTHENTICATION_EXAMPLE: dict[str, Any] = {
    "id": "dGhlIGNyZWRlbnRpYWwgaWQ",
    "rawId": "dGhlIGNyZWRlbnRpYWwgaWQ",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoi",
        "authenticatorData": "SZYN5YgOjGh0NBcP",
        "signature": "MEUCIQDTGJGMlAr7",
        "userHandle": "AZd2jCyff3aClgT8",
    },
}


class Attestation(RequestModel):
    """What an authenticator says of the key it has made; what is not listed as read is not."""

    client_data_json: Annotated[ShortBytes, Field(alias="clientDataJSON")]
    attestation_object: Annotated[LongBytes, Field(alias="attestationObject")]
    transports: Annotated[
        list[Annotated[str, Field(max_length=20)]], Field(max_length=TRANSPORTS_MAX, examples=[["internal"]])
    ] = Field(default_factory=list)
    authenticator_data: Annotated[
        LongBytes | None, Field(alias="authenticatorData", description="Not read.")
    ] = None
    public_key: Annotated[LongBytes | None, Field(alias="publicKey", description="Not read.")] = None
    public_key_algorithm: Annotated[
        int | None, Field(alias="publicKeyAlgorithm", strict=True, description="Not read.", examples=[-7])
    ] = None


class RegistrationCredential(RequestModel):
    """What `navigator.credentials.create()` gives, as its `toJSON()` writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [REGISTRATION_EXAMPLE]})

    id: CredentialId
    raw_id: Annotated[CredentialId, Field(alias="rawId")]
    type: Literal["public-key"]
    response: Attestation
    authenticator_attachment: Attachment = None
    client_extension_results: Extensions = Field(default_factory=dict)


class Assertion(RequestModel):
    """What an authenticator says and signs."""

    client_data_json: Annotated[ShortBytes, Field(alias="clientDataJSON")]
    authenticator_data: Annotated[ShortBytes, Field(alias="authenticatorData")]
    signature: ShortBytes
    user_handle: Annotated[ShortBytes | None, Field(alias="userHandle")] = None
    attestation_object: Annotated[
        LongBytes | None, Field(alias="attestationObject", description="Not read.")
    ] = None


class AuthenticationCredential(RequestModel):
    """What `navigator.credentials.get()` gives, as its `toJSON()` writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [AUTHENTICATION_EXAMPLE]})

    id: CredentialId
    raw_id: Annotated[CredentialId, Field(alias="rawId")]
    type: Literal["public-key"]
    response: Assertion
    authenticator_attachment: Attachment = None
    client_extension_results: Extensions = Field(default_factory=dict)


class PasskeyCreate(RequestModel):
    """A passkey that the browser has made, and what to call it."""

    name: PasskeyName
    credential: RegistrationCredential


class PasskeyUpdate(RequestModel):
    """Another name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Old laptop"}]})

    name: PasskeyName


class PasskeySignIn(RequestModel):
    """A passkey's answer, for signing in with it alone."""

    credential: AuthenticationCredential


class PasskeyOptionsResponse(ResponseModel):
    """What a browser needs to ask an authenticator."""

    public_key: Annotated[
        dict[str, Any],
        Field(
            description=(
                "For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()` "
                "in the browser. Its challenge takes one answer, for five minutes."
            ),
            examples=[{"challenge": "Y2hhbGxlbmdl", "rpId": "api.example.org", "timeout": 300000}],
        ),
    ]


class PasskeyResponse(ResponseModel):
    """One of the caller's passkeys."""

    id: UUID
    name: Annotated[str, Field(examples=["Work laptop"])]
    is_synced: Annotated[bool, Field(description="Whether other devices of its owner may have it, too.")]
    created_at: datetime
    last_used_at: datetime | None
    suspected_at: Annotated[
        datetime | None,
        Field(description="When it answered as a copy would: from then on it is refused. Remove it."),
    ]


class PasskeyCreateResponse(PasskeyResponse):
    """A new passkey; with the first factor come recovery codes."""

    recovery_codes: Annotated[
        list[str] | None,
        Field(
            description="Shown once; null if there are some already. Each replaces a second factor once.",
            examples=[["3k9d-w2hm-7xqe-r5tz-0vbn-8gcy"]],
        ),
    ] = None
