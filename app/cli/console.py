"""Where commands write: answers to standard output, complaints to standard error."""

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Write one line as it is: never wrapped, so that it can be copied."""
    out.print(text, soft_wrap=True, markup=False)


def complain(*lines: str) -> None:
    """Write what is wrong, a line each."""
    for line in lines:
        err.print(f"faregate: {line}", style="bold red", soft_wrap=True, markup=False)
