"""What sixty people who sign in at once cost: beside Argon2id alone, and everybody else (SEC-05, SEC-06)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.settings import SessionSettings
from benchmarks.app_server import AppServer
from benchmarks.bare_hash import hash_alone
from benchmarks.figures import SubjectName
from benchmarks.generator import Generator
from benchmarks.health_probe import HealthProbe, memory_mib
from benchmarks.http_requests import login_load
from benchmarks.load_result import LoadResult
from benchmarks.login_environment import processors
from benchmarks.login_timing import effects, time_refusals
from benchmarks.measurement import Cost, Round, Ticks, find_problem
from benchmarks.options import Options
from benchmarks.world import PASSWORD

LOGINS = 60
MORE_MEMORY_MIB_MAX = 150
HEALTH_P99_MS_MAX = 250
EFFECT_MAX = 0.1
"""How far the probability of superiority may lie from one half."""
SAMPLES_PER_SECOND = 12
"""Of measuring: a whole run has 300 of each kind of refusal."""
ALONE_SECONDS = 1.0


@dataclass(slots=True)
class LoginFindings:
    """What is no ratio."""

    memory_mib_before: float = 0
    memory_mib_most: float = 0
    health_p99_ms: list[float] = field(default_factory=list)
    timing_samples: int = 0
    timing_effects: dict[str, float] = field(default_factory=dict)

    def problems(self) -> list[str]:
        """What is not as it is promised."""
        grown = self.memory_mib_most - self.memory_mib_before
        slowest = max(self.health_p99_ms, default=0)
        found = [
            f"a refusal's time tells of a {kind}: {effect:.2f}"
            for kind, effect in self.timing_effects.items()
            if abs(effect - 0.5) > EFFECT_MAX
        ]
        if grown > MORE_MEMORY_MIB_MAX:
            found.append(f"{grown:.0f} MiB more while {LOGINS} sign in")
        if slowest > HEALTH_P99_MS_MAX:
            found.append(f"p99 of /health/live is {slowest:.0f} ms while {LOGINS} sign in")
        return found


class LoginRun:
    """Interleaves sign-ins and bare hashing, and looks at the server meanwhile."""

    def __init__(
        self,
        server: AppServer,
        emails: list[str],
        options: Options,
        tell: Callable[[Round], None],
        *,
        postgres_pid: int,
    ) -> None:
        self.findings = LoginFindings(memory_mib_before=memory_mib(server.pid))
        self.rounds: list[Round] = []
        self._server = server
        self._postgres_pid = postgres_pid
        self._emails = emails
        self._load = login_load(emails, PASSWORD)
        self._options = options
        self._tell = tell
        self._generator = Generator()

    def run(self) -> None:
        """Measure.

        Raises:
            LoadError: the server cannot be reached, or answers nothing.
        """
        self._sign_in(self._options.warm_up_seconds)
        # From here on: the threads and the pools are there.
        self.findings.memory_mib_before = memory_mib(self._server.pid)
        for number in range(1, self._options.rounds + 1):
            self._measure(number)
        samples = round(self._options.rounds * self._options.seconds * SAMPLES_PER_SECOND)
        took = time_refusals(self._server.port, self._emails, samples=samples)
        self.findings.timing_samples = samples
        self.findings.timing_effects = {kind: round(effect, 3) for kind, effect in effects(took).items()}

    def _measure(self, number: int) -> None:
        with HealthProbe(self._server.port, self._server.pid) as alone:
            time.sleep(ALONE_SECONDS)
        self._keep(SubjectName.HEALTH_ALONE, number, alone.result())
        ticks = Ticks(self._server.pid, self._postgres_pid)
        with HealthProbe(self._server.port, self._server.pid) as probe:
            result = self._sign_in(self._options.seconds)
        self._keep(SubjectName.LOGIN, number, result, ticks.cost_of(result.completed))
        self._keep(SubjectName.HEALTH_BESIDE, number, probe.result())
        self.findings.memory_mib_most = max(self.findings.memory_mib_most, probe.memory_mib)
        self.findings.health_p99_ms.append(round(probe.result().p99_ms, 2))
        self._server.empty_log()
        alone_result = hash_alone(
            SessionSettings(), threads=processors(), seconds=self._options.seconds, password=PASSWORD
        )
        self._keep(SubjectName.BARE_HASH, number, alone_result)

    def _sign_in(self, seconds: float) -> LoadResult:
        return self._generator.run(self._server.port, self._load, connections=LOGINS, seconds=seconds)

    def _keep(self, subject: SubjectName, number: int, result: LoadResult, cost: Cost | None = None) -> None:
        problem = find_problem(result, None, under_way=LOGINS)
        kept = Round(subject, number, result, None, cost or Cost(None, None, None), problem)
        self.rounds.append(kept)
        self._tell(kept)
