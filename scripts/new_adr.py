"""Begin a page of docs/adr/: `make new-adr TITLE="A batch is one statement"` takes the next number."""

import argparse
import re
import sys
from datetime import date
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs" / "adr"
PAGE = """\
# {number:04}: {title}

Accepted, {month}.

## Context

What made a decision necessary, and which existing concept could not do.

## Decision

What is done from now on.

## Consequences

- What gets easier, what harder, and what it costs.

## Alternatives

- **What else was considered.** Why it lost.
"""


def begin(title: str, pages: Path = PAGES) -> Path:
    """Write the page of a new decision and list it; the title is a sentence without its full stop.

    Raises:
        ValueError: The title makes no file name, or a page has it already.
    """
    title = title.strip().rstrip(".")
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not slug:
        message = 'A decision needs a title: make new-adr TITLE="A batch is one statement"'
        raise ValueError(message)
    known = sorted(pages.glob("[0-9][0-9][0-9][0-9]-*.md"))
    if any(page.stem[5:] == slug for page in known):
        message = f"There is a page of this title already: {slug}"
        raise ValueError(message)
    number = int(known[-1].name[:4]) + 1 if known else 1
    page = pages / f"{number:04}-{slug}.md"
    page.write_text(PAGE.format(number=number, title=title, month=f"{date.today():%B %Y}"))  # noqa: DTZ011
    enlist(pages / "README.md", f"| [{number:04}]({page.name}) | {title} |\n")
    return page


def enlist(contents: Path, line: str) -> None:
    """Add a line after the last of the table of decisions."""
    lines = contents.read_text().splitlines(keepends=True)
    last = max(index for index, each in enumerate(lines) if each.startswith("|"))
    contents.write_text("".join([*lines[: last + 1], line, *lines[last + 1 :]]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("title")
    try:
        print(begin(parser.parse_args().title))
    except ValueError as error:
        sys.exit(str(error))
