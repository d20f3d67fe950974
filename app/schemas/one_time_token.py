"""The proofs that come by mail, as they are sent back."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from app.schemas.base import ResponseModel

TOKEN_LENGTH_MAX = 512


def refuse_other_text(secret: SecretStr) -> SecretStr:
    """Refuse what is no text that we have made."""
    if secret.get_secret_value().isascii():
        return secret
    message = "must be as it was given out"
    raise ValueError(message)


MailedToken = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=TOKEN_LENGTH_MAX,
        description="What stands behind `#token=` in the mailed link.",
        examples=["fgs_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"],
    ),
    AfterValidator(refuse_other_text),
]
Handle = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=TOKEN_LENGTH_MAX,
        description="The handle of the answer after which the code was mailed.",
        examples=["fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU"],
    ),
    AfterValidator(refuse_other_text),
]
MailedCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{6}$"),
    Field(repr=False, description="The six digits of the mail.", examples=["012345"]),
]


class HandleResponse(ResponseModel):
    """What the mailed code must come back with. Whether the address has an account is told by mail alone."""

    handle: Annotated[
        str,
        Field(
            description="Worth nothing without the code.",
            examples=["fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU"],
        ),
    ]
