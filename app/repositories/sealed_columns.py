"""Every column that holds sealed secrets: what `faregate reencrypt-secrets` goes through."""

from dataclasses import dataclass

from app.core import totp
from app.core.idempotency import ANSWER_PURPOSE
from app.models import SIGNING_KEY_PURPOSE


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of a table with an `id`, and what its secrets are sealed for."""

    table: str
    name: str
    purpose: str
    """In front of the kind, where the rows are of several."""
    kind: str | None = None
    """The column that tells a row's kind."""
    schema: str | None = None

    def __str__(self) -> str:
        """How people call it."""
        return f"{self.table}.{self.name}"

    def purpose_of(self, kind: str | None) -> str:
        """What the secret of a row is sealed for."""
        return self.purpose if kind is None else f"{self.purpose}:{kind}"


SEALED_COLUMNS = (
    SealedColumn("signing_keys", "sealed_private_key", SIGNING_KEY_PURPOSE),
    SealedColumn("totp_credentials", "sealed_secret", totp.SECRET_PURPOSE),
    SealedColumn("idempotency_keys", "sealed_answer", ANSWER_PURPOSE),
    SealedColumn("pgqueuer", "payload", "job", kind="entrypoint", schema="pgqueuer"),
)
"""A test compares them with the models: a column of theirs named `sealed_...` must be here."""
