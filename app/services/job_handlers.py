"""Who does which job."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.core.jobs import Job, JobError
from app.core.secret_box import SecretBox, UnreadableSecretError

J = TypeVar("J", bound=Job)
Handler = Callable[[bytes], Awaitable[None]]


class JobHandlers(dict[str, Handler]):
    """The handlers by the kinds of their jobs, each given its job as it was enqueued."""

    def __init__(self, secret_box: SecretBox) -> None:
        super().__init__()
        self._secret_box = secret_box

    def register(self, kind: type[J], do: Callable[[J], Awaitable[None]]) -> None:
        """Let `do` do the jobs of this kind. It must bear doing one twice: a job runs at least once."""

        async def handle(payload: bytes) -> None:
            await do(self._read(kind, payload))

        self[kind.kind] = handle

    def _read(self, kind: type[J], payload: bytes) -> J:
        try:
            return kind.model_validate_json(self._secret_box.open(payload, purpose=kind.purpose()))
        # Either may be for another worker, while a new version or a new key is rolled out.
        except UnreadableSecretError as error:
            raise JobError(str(error)) from None
        except ValueError:
            message = f"this version does not understand a stored {kind.kind}"
            raise JobError(message) from None
