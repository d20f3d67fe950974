"""The figures as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Outcome
from benchmarks.measurement import Round

RESULTS = Path(__file__).with_name("results")


def print_tables(console: Console, outcomes: Sequence[Outcome], rounds: Sequence[Round]) -> None:
    """Show each figure with its target, then each subject with its medians."""
    console.print(figures_table(outcomes))
    console.print(subjects_table(rounds))
    for problem in dict.fromkeys(problem for outcome in outcomes for problem in outcome.problems):
        console.print(problem, style="bold red", markup=False)


def figures_table(outcomes: Sequence[Outcome]) -> Table:
    """What is promised, and what it came to."""
    table = Table("figure", title="Ratios of medians", title_justify="left")
    for heading in ("must be", "measured", "of rounds", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    verdicts = {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}
    for outcome in outcomes:
        target = outcome.figure.target
        table.add_row(
            outcome.figure.title,
            "" if target is None else f"{outcome.figure.sign} {target:.2f}",
            f"{outcome.measured:.2f}",
            f"{outcome.lowest:.2f}-{outcome.highest:.2f}",
            "[red]wrong answers[/]" if outcome.problems else verdicts[outcome.reached],
        )
    return table


def subjects_table(rounds: Sequence[Round]) -> Table:
    """The medians of each subject's rounds; processor time is per request."""
    table = Table("subject", title="Medians of rounds", title_justify="left")
    for heading in ("per second", "p50 ms", "p99 ms", "server us", "PG us"):
        table.add_column(heading, justify="right", no_wrap=True)
    for subject in dict.fromkeys(each.subject for each in rounds):
        own = [each for each in rounds if each.subject == subject]
        table.add_row(
            subject,
            f"{median(each.result.per_second for each in own):,.0f}",
            f"{median(each.result.p50_ms for each in own):.2f}",
            f"{median(each.result.p99_ms for each in own):.2f}",
            median_cell([each.cost.server_us for each in own]),
            median_cell([each.cost.postgres_us for each in own]),
        )
    return table


def median_cell(values: Sequence[float | None]) -> str:
    """A median as text; empty where the machine does not tell."""
    known = [value for value in values if value is not None]
    return f"{median(known):.0f}" if known else ""


def as_json(outcomes: Sequence[Outcome], rounds: Sequence[Round], about: dict[str, Any]) -> dict[str, Any]:
    """Everything: what was measured, on what, how, round by round."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **about,
        "figures": [outcome_as_json(outcome) for outcome in outcomes],
        "rounds": [round_as_json(each) for each in rounds],
    }


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """One figure."""
    figure = outcome.figure
    return {
        "name": figure.name,
        "title": figure.title,
        "above": figure.above,
        "below": figure.below,
        "metric": figure.metric,
        "must_be": None if figure.target is None else f"{figure.sign} {figure.target}",
        "measured": round(outcome.measured, 4),
        "lowest_round": round(outcome.lowest, 4),
        "highest_round": round(outcome.highest, 4),
        "reached": outcome.reached,
        "problems": outcome.problems,
    }


def round_as_json(each: Round) -> dict[str, Any]:
    """One round."""
    return {**asdict(each), "per_second": round(each.result.per_second, 1)}


def write_json(document: dict[str, Any], path: Path | None) -> Path:
    """Write the document whole; where it is now."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path or RESULTS / f"{moment}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=2) + "\n")
    return target
