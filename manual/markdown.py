"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence

BAR = r"\|"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar within a cell is kept from ending it."""
    lines = [f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |\n" for line in (heads, *rows)]
    return "".join([lines[0], f"|{'---|' * len(heads)}\n", *lines[1:]])


def code(text: object) -> str:
    """Text as it is typed; nothing for nothing."""
    return f"`{text}`" if f"{text}" else ""


def codes(texts: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(code(text) for text in texts)


def page(title: str, told: str, *parts: str) -> str:
    """A page that says where it comes from."""
    made = "This page is written by `python -m manual`; a test compares it with the code."
    return "\n".join([f"# {title}\n", f"{told} {made}\n", *parts])
