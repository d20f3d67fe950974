"""What is exchanged when people prove again who they are."""

from pydantic import ConfigDict

from app.schemas.base import RequestModel
from app.schemas.one_time_token import Handle, MailedCode
from app.schemas.second_factor import TotpCode


class TotpCodeProof(RequestModel):
    """A code of an authenticator, for a session that wants to be fresh."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "123 456"}]})

    code: TotpCode


class MailedCodeProof(RequestModel):
    """A code that was mailed, with its handle, for a session that wants to be fresh."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"handle": "fgh_Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBoYW5kbGU", "code": "012345"}]
        }
    )

    handle: Handle
    code: MailedCode
