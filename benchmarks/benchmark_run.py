"""One run of the benchmarks: interleaved rounds, held against the ledgers."""

from collections.abc import Callable, Sequence
from statistics import median

from app.adapters.embedded_postgres import EmbeddedPostgres
from benchmarks.figures import FIGURES, Metric, Name, SubjectName, values_of
from benchmarks.generator import Generator
from benchmarks.load_result import LoadError, LoadResult
from benchmarks.login_run import LoginFindings, LoginRun
from benchmarks.measurement import ClosedLoad, Round, Subject, measure
from benchmarks.options import Options
from benchmarks.servers import Servers
from benchmarks.subjects import Subjects
from benchmarks.worlds import Worlds

Tell = Callable[[str], None]

SAMPLE_SECONDS = 0.3
SAMPLE_CONNECTIONS = 8
RATED = (SubjectName.HALF_LOAD, SubjectName.HALF_LOAD_CONSTANT)
"""Measured at a rate that is known only when verify's maximum is."""
LOGINS = (SubjectName.LOGIN, SubjectName.BARE_HASH, SubjectName.HEALTH_BESIDE, SubjectName.HEALTH_ALONE)
"""Measured on their own: half of it is no server's work."""
BIG = (SubjectName.SMALL, SubjectName.BIG_SCATTERED, SubjectName.BIG_SAME_SHAPE)
"""Measured last: filling the big world keeps PostgreSQL busy for minutes."""


class BenchmarkRun:
    """Measures what is asked for, in three parts; what it learns is in its attributes."""

    def __init__(
        self,
        options: Options,
        postgres: EmbeddedPostgres,
        worlds: Worlds,
        servers: Servers,
        closed_load: ClosedLoad,
        tell: Tell,
    ) -> None:
        self.rounds: list[Round] = []
        self.pool_trials: dict[int, float] = {}
        """Pool size of the transaction per request -> its answers per second."""
        self.rate: float | None = None
        """Half of what verify answered per second at most."""
        self.ledger_problems: list[str] = []
        self.logins: LoginFindings | None = None
        self._options = options
        self._postgres = postgres
        self._worlds = worlds
        self._servers = servers
        self._subjects = Subjects(servers, worlds, rounds=options.rounds)
        self._closed = closed_load
        self._built_in = Generator()
        self._tell = tell

    def run(self) -> None:
        """Measure everything.

        Raises:
            LoadError: a server gives wrong answers, or none.
        """
        wanted = subjects_of(self._options.only)
        if SubjectName.VERIFY_TRANSACTION in wanted:
            self._find_pool_size()
        self._interleave([name for name in wanted if name not in (*RATED, *LOGINS, *BIG)], self._put_load)
        if Name.LATENCY in self._options.only:
            self.rate = median(values_of(SubjectName.VERIFY, Metric.PER_SECOND, self.rounds)) / 2
            self._tell(f"at half of verify's maximum: {self.rate:,.0f} requests per second")
            self._interleave(RATED, self._put_rated_load)
        if Name.LOGIN in self._options.only:
            self._measure_logins()
        if Name.BIG in self._options.only:
            self._interleave(BIG, self._put_load)
        self._prove_ledgers()

    def _measure_logins(self) -> None:
        """Sign in beside hashing alone, and beside everybody else."""
        run = LoginRun(
            self._servers.login(self._worlds.small),
            self._worlds.emails,
            self._options,
            lambda measured: self._tell(describe(measured, self._options.rounds)),
            postgres_pid=self._postgres.pid,
        )
        run.run()
        self.rounds += run.rounds
        self.logins = run.findings
        self._tell(f"60 sign in: {run.findings}")

    def _find_pool_size(self) -> None:
        """Give the transaction per request the pool that serves it best."""
        for size in self._options.pool_sizes:
            with self._servers.make_transaction(self._worlds.small, size) as server:
                trial = Subject("trial", server, self._worlds.all_customers())
                self._warm_up(trial)
                self.pool_trials[size] = round(self._put_load(trial, 0).per_second, 1)
            self._tell(f"transaction per request, pool of {size}: {self.pool_trials[size]:,.0f}/s")
        self._subjects.pool_size = max(self.pool_trials, key=self.pool_trials.__getitem__)

    def _interleave(
        self, names: Sequence[SubjectName], put_load: Callable[[Subject, int], LoadResult]
    ) -> None:
        """A B C A B C ...: whatever disturbs the machine for a while disturbs all of them."""
        subjects = [self._subjects.get(name) for name in names]
        for subject in subjects:
            self._sample(subject)
            self._warm_up(subject)
        for number in range(1, self._options.rounds + 1):
            for subject in subjects:
                self._measure(subject, number, put_load)
        for subject in subjects:
            self._sample(subject)

    def _measure(self, subject: Subject, number: int, put_load: Callable[[Subject, int], LoadResult]) -> None:
        measured = measure(
            subject,
            number,
            lambda: put_load(subject, number),
            self._postgres,
            connections=subject.connections(self._options.connections),
        )
        self.rounds.append(measured)
        self._tell(describe(measured, self._options.rounds))

    def _warm_up(self, subject: Subject) -> None:
        """Open its pools and fill its caches, however long the first answers take; none is left under way."""
        self._built_in.run(
            subject.server.port,
            subject.load,
            connections=subject.connections(self._options.connections),
            seconds=self._options.warm_up_seconds,
        )

    def _put_load(self, subject: Subject, number: int) -> LoadResult:
        """As much as it can take."""
        return self._closed.run(
            subject.server.port,
            subject.load,
            connections=subject.connections(self._options.connections),
            seconds=self._options.seconds,
            start=number * subject.turn,
        )

    def _put_rated_load(self, subject: Subject, number: int) -> LoadResult:
        """As much as was found to be half of the maximum."""
        return self._built_in.run_at_rate(
            subject.server.port,
            subject.load,
            connections=subject.connections(self._options.connections),
            seconds=self._options.seconds,
            rate=self.rate or 1,
            start=number * subject.turn,
        )

    def _sample(self, subject: Subject) -> None:
        """Look into each of some answers, which wrk does not."""
        result = self._built_in.run(
            subject.server.port, subject.load, connections=SAMPLE_CONNECTIONS, seconds=SAMPLE_SECONDS
        )
        if result.failures:
            message = f"{subject.name}: {result.failures} of {result.completed} sampled answers are wrong"
            raise LoadError(message)

    def _prove_ledgers(self) -> None:
        """Every balance is the sum of its entries, after all that."""
        for database in self._worlds.used:
            entries, drift = database.find_drift()
            self._tell(f"{entries:,} ledger entries, {len(drift)} balances that they do not prove")
            self.ledger_problems += drift


def subjects_of(names: frozenset[Name]) -> list[SubjectName]:
    """What must be measured for these figures, in order; half of a maximum needs the maximum."""
    needed = [
        subject for figure in FIGURES if figure.name in names for subject in (figure.above, figure.below)
    ]
    if Name.LATENCY in names:
        needed.insert(0, SubjectName.VERIFY)
    return list(dict.fromkeys(needed))


def describe(measured: Round, rounds: int) -> str:
    """One round in one line."""
    result, cost = measured.result, measured.cost
    parts = [
        f"{measured.number}/{rounds} {measured.subject:<20}{result.per_second:>8,.0f}/s",
        f"p50 {result.p50_ms:.2f} ms, p99 {result.p99_ms:.2f} ms",
    ]
    if cost.server_us is not None and cost.postgres_us is not None:
        parts.append(f"server {cost.server_us:.0f} us, PG {cost.postgres_us:.0f} us")
    if cost.busy_share is not None:
        parts.append(f"machine {cost.busy_share:.0%} busy")
    if measured.problem:
        parts.append(measured.problem)
    return "  ".join(parts)
