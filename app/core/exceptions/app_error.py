"""The root of the tree."""

from typing import ClassVar


class AppError(Exception):
    """The root: something a caller can be told about."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **members: object) -> None:
        """Keep the sentence for people and the typed members for programs."""
        super().__init__(detail)
        self.detail = detail
        self.members = members

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that belong to this error."""
        return {}
