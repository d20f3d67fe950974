"""The figures as a table and as JSON."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Metric, Outcome, SubjectName, values_of
from benchmarks.measurement import Round

HEADINGS = (
    "figure",
    "must reach",
    "measured",
    "rounds",
    "",
    "subject",
    "per second",
    "p50 ms",
    "p99 ms",
)
NUMBERS = frozenset({"must reach", "measured", "rounds", "per second", "p50 ms", "p99 ms"})
RESULTS = Path(__file__).with_name("results")


def print_table(console: Console, outcomes: list[Outcome], rounds: list[Round]) -> None:
    """Show each figure with its target, and the two subjects that it compares."""
    table = Table(title="Medians of interleaved rounds", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in NUMBERS else "left")
    for outcome in outcomes:
        above, below = (subject_cells(name, rounds) for name in (outcome.figure.above, outcome.figure.below))
        table.add_row(*figure_cells(outcome), *above)
        table.add_row("", "", "", "", "", *below, end_section=True)
    console.print(table)


def figure_cells(outcome: Outcome) -> tuple[str, ...]:
    """A figure's own columns."""
    figure = outcome.figure
    verdicts = {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}
    return (
        figure.title,
        "" if figure.target is None else f"{figure.sign} {figure.target:.2f}",
        f"{outcome.measured:.2f}",
        f"{outcome.lowest:.2f}-{outcome.highest:.2f}",
        "[red]wrong answers[/]" if outcome.problems else verdicts[outcome.reached],
    )


def subject_cells(name: SubjectName, rounds: list[Round]) -> tuple[str, ...]:
    """One subject's columns: the medians of its rounds."""
    results = [each.result for each in rounds if each.subject == name]
    return (
        name,
        f"{median(values_of(name, Metric.PER_SECOND, rounds)):,.0f}",
        f"{median(result.p50_ms for result in results):.2f}",
        f"{median(result.p99_ms for result in results):.2f}",
    )


def as_json(outcomes: list[Outcome], rounds: list[Round], about: dict[str, Any]) -> dict[str, Any]:
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
