"""Whether a block of a document stands in the code."""

from functools import cache

from tests.docs.documents import ROOT

SUFFIXES = {"python": ".py", "jinja": ".j2"}
"""What the files are called that a block of a language is quoted from."""
FOLDERS = ("alembic", "app", "benchmarks", "manual", "standards", "tests")


def is_quoted(block):
    """Whether its lines follow each other in one file of the project, wherever they are indented."""
    lines = "\n".join(tidied(block.text))
    return any(f"\n{lines}\n" in text for text in sources(SUFFIXES[block.language]))


def tidied(text):
    """The lines that say something, without their indentation."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@cache
def sources(suffix):
    """The texts of all files of that kind."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob(f"*{suffix}")]
    return ["\n".join(["", *tidied(path.read_text()), ""]) for path in paths]
