"""What a writer believes about an object it is about to change (`If-Match`, RFC 9110, section 13.1.1)."""

from dataclasses import dataclass

from app.core.exceptions import PreconditionFailedError


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions for which a write was meant; without any, it was meant for whatever is there."""

    versions: frozenset[str] | None = None

    def require(self, version: int) -> None:
        """Go on only if the write was meant for this version.

        Raises:
            PreconditionFailedError: it was meant for another one.
        """
        if self.versions is not None and str(version) not in self.versions:
            raise PreconditionFailedError


UNCONDITIONAL = Precondition()
