"""What a rule has to say about a place."""

from dataclasses import dataclass

LAST_COLUMN = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """A sentence about a stretch of one line; lines and columns count from 1."""

    path: str
    line: int
    column: int
    end_column: int
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A remark of a rule."""

    remark: Remark
    rule_id: str

    @property
    def place(self) -> str:
        """Where it is, as editors open it."""
        return f"{self.remark.path}:{self.remark.line}:{self.remark.column}"
