"""`python -m benchmarks`: measure, and end everything that was started, however it goes."""

import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from app.adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from benchmarks.app_server import GRANIAN_OPTIONS, ServerError
from benchmarks.benchmark_run import BenchmarkRun
from benchmarks.big_world import BigWorld
from benchmarks.database import SERVER_SETTINGS
from benchmarks.figures import FIGURES, Outcome, evaluate
from benchmarks.generator import Generator
from benchmarks.load_result import LoadError
from benchmarks.machine import describe_machine, describe_versions
from benchmarks.options import Options, read_options
from benchmarks.report import as_json, print_tables, write_json
from benchmarks.servers import Servers
from benchmarks.world import new_secrets
from benchmarks.worlds import Worlds
from benchmarks.wrk import Wrk

INTERRUPTED = 130


def main() -> int:
    """Run, print, write; the exit code."""
    options = read_options()
    console = Console(highlight=False, soft_wrap=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="faregate-bench-") as folder, ExitStack() as stack:
            try:
                return measure_and_report(options, Path(folder), stack, console)
            finally:
                # Whoever is impatient may not interrupt the ending of what was started.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        console.print("stopped; everything that was started has ended")
        return INTERRUPTED
    except (EmbeddedPostgresError, ServerError, LoadError) as error:
        console.print(f"[bold red]{escape(str(error))}[/]")
        return 1


def measure_and_report(options: Options, folder: Path, stack: ExitStack, console: Console) -> int:
    """Start PostgreSQL, measure, print and write; the exit code."""
    started = time.monotonic()

    def tell(line: str) -> None:
        console.print(f"{time.monotonic() - started:6.1f} s  {escape(line)}")

    postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres", settings=SERVER_SETTINGS))
    secrets = new_secrets()
    worlds = Worlds(postgres, secrets, BigWorld(secrets.pepper), tell)
    closed_load = choose_generator(options, folder)
    run = BenchmarkRun(options, postgres, worlds, Servers(stack, folder, secrets), closed_load, tell)
    about = describe_run(options, worlds, closed_load, folder)
    run.run()
    outcomes = [outcome for figure in FIGURES if (outcome := evaluate(figure, run.rounds))]
    about["transaction_pool_trials"] = run.pool_trials
    about["half_load_rate"] = run.rate
    about["ledger_problems"] = run.ledger_problems
    about["logins"] = None if run.logins is None else asdict(run.logins)
    login_problems = [] if run.logins is None else run.logins.problems()
    about["login_problems"] = login_problems
    about["elapsed_seconds"] = round(time.monotonic() - started, 1)
    print_tables(console, outcomes, run.rounds)
    for problem in login_problems:
        console.print(problem, style="bold red", markup=False)
    path = write_json(as_json(outcomes, run.rounds, about), options.json_path)
    console.print(f"written to {path}")
    return exit_code(outcomes, run.ledger_problems, options, missed=bool(login_problems))


def choose_generator(options: Options, folder: Path) -> Wrk | Generator:
    """Use wrk when it is there."""
    path = Wrk.find()
    return Generator() if path is None or options.built_in else Wrk(path, folder)


def describe_run(
    options: Options, worlds: Worlds, closed_load: Wrk | Generator, folder: Path
) -> dict[str, Any]:
    """On what, with what and how it is measured."""
    return {
        "machine": describe_machine(folder),
        "versions": describe_versions(),
        "postgres": worlds.small.server_settings(),
        "settings": {
            "rounds": options.rounds,
            "seconds": options.seconds,
            "connections": options.connections,
            "warm_up_seconds": options.warm_up_seconds,
            "generator": closed_load.name,
            "rated_generator": Generator.name,
            "granian": GRANIAN_OPTIONS,
            "access_log": "JSON at level info, to a file that is emptied between rounds",
        },
    }


def exit_code(
    outcomes: list[Outcome], ledger_problems: list[str], options: Options, *, missed: bool = False
) -> int:
    """Tell wrong answers always; tell missed targets when asked to."""
    wrong = bool(ledger_problems) or any(outcome.problems for outcome in outcomes)
    missed = missed or any(outcome.reached is False for outcome in outcomes)
    return int(wrong or (options.strict and missed))


if __name__ == "__main__":
    sys.exit(main())
