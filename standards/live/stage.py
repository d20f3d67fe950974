"""A running application, and all that it has answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import count

from standards.configuration import Configuration
from standards.live.asgi import Answer, Application, Call, send
from standards.live.operations import Operation


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the operation that gave it."""

    operation: Operation
    answer: Answer


@dataclass
class Stage:
    """Asks, and remembers the answers."""

    application: Application
    operations: list[Operation]
    configuration: Configuration
    caller: Mapping[str, str] | None = None
    """Headers of somebody who may do everything; None where the project names nobody."""
    heard: list[Heard] = field(default_factory=list)
    _addresses: Iterator[int] = field(default_factory=lambda: count(int(IPv4Address("10.0.0.1"))))

    def new_address(self) -> str:
        """An address that nobody has called from."""
        return str(IPv4Address(next(self._addresses)))

    async def ask(
        self,
        operation: Operation,
        *,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        address: str | None = None,
        body: object = None,
    ) -> Answer:
        """Call an operation; from a new address, if none is named."""
        call = Call(
            operation.method,
            operation.path,
            query=query,
            headers=headers or {},
            body=operation.body if body is None else body,
            address=address or self.new_address(),
        )
        answer = await send(self.application, call)
        self.heard.append(Heard(operation, answer))
        return answer
