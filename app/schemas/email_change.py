"""What is exchanged when people change their address."""

from pydantic import ConfigDict

from app.schemas.base import RequestModel
from app.schemas.one_time_token import Handle, MailedCode, MailedToken
from app.schemas.user import EmailAddress


class EmailChangeRequest(RequestModel):
    """The new address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "new-address@example.org"}]})

    email: EmailAddress


class EmailChangeByLink(RequestModel):
    """The proof that was mailed to the new address as a link."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "fge_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCB0b2tlbg"}]}
    )

    token: MailedToken


class EmailChangeByCode(RequestModel):
    """The proof that was mailed to the new address as a code, with its handle."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"handle": "fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU", "code": "012345"}]
        }
    )

    handle: Handle
    code: MailedCode
