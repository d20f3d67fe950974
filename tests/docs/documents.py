"""The documents of the project, and what tests read in them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Document:
    """A Markdown file, named by its path in the repository."""

    name: str

    @property
    def path(self):
        return ROOT / self.name

    @property
    def text(self):
        return self.path.read_text()

    @property
    def prose(self):
        """The text without its fenced blocks."""
        return FENCE.sub("", self.text)

    @property
    def blocks(self):
        """The fenced blocks, in order."""
        text = self.text
        found = FENCE.finditer(text)
        return [Block(match[2], dedent(match[3]), text.count("\n", 0, match.start()) + 1) for match in found]

    @property
    def links(self):
        """Where the document links to within the project."""
        return [target for target in LINK.findall(self.prose) if "://" not in target]

    @property
    def codes(self):
        """What stands between backticks in the prose."""
        return CODE.findall(self.prose)

    @property
    def anchors(self):
        """The names under which its headings can be linked to."""
        return {
            re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(self.prose)
        }


def documents():
    """Every Markdown file of the project that is, or is about to be, part of it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        found = [ROOT / "README.md", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        names = {str(path.relative_to(ROOT)) for path in found}
    else:
        names = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    # The pages of rules are read as one: docs/standards-rules.md.
    others = ("app/api/docs_assets/", "standards/rules/", "tests/")
    ours = sorted(name for name in names if not name.startswith(others))
    return [Document(name) for name in ours]
