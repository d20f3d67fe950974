"""What a run would do to one file."""

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is made, or that becomes another."""

    path: str
    before: str | None
    """None where there is no file yet."""
    after: str

    @property
    def is_new(self) -> bool:
        """Whether the file is made."""
        return self.before is None

    def diff(self) -> str:
        """The change as `git apply` reads it."""
        old = "/dev/null" if self.before is None else f"a/{self.path}"
        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            old,
            f"b/{self.path}",
        )
        header = f"diff --git a/{self.path} b/{self.path}\n" + (
            "new file mode 100644\n" if self.is_new else ""
        )
        return header + "".join(lines)
