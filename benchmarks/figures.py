"""What is promised: ratios of medians, each between two subjects of the same run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from benchmarks.measurement import Round


class Name(StrEnum):
    """The figures, by what `--only` calls them."""

    CONSTANT = "constant"
    HOT = "hot"
    GRANTS = "grants"
    TRANSACTION = "transaction"
    PROFILE = "profile"
    FORWARD = "forward"
    BATCH = "batch"
    LATENCY = "latency"
    LOGIN = "login"
    PROCESSES = "processes"
    BIG = "big"
    USAGE = "usage"


class SubjectName(StrEnum):
    """What is measured."""

    VERIFY = "verify"
    VERIFY_CONSTANT = "verify-constant"
    VERIFY_HOT = "verify-hot"
    VERIFY_MANY_GRANTS = "verify-1000-grants"
    VERIFY_HOT_TWICE = "verify-hot-2-processes"
    VERIFY_TRANSACTION = "verify-transaction"
    PROFILE = "profile"
    PROFILE_CONSTANT = "profile-constant"
    FORWARD = "forward-auth"
    FORWARD_CONSTANT = "empty-constant"
    BATCH = "verify-batch"
    HALF_LOAD = "verify-half-load"
    HALF_LOAD_CONSTANT = "constant-same-rate"
    LOGIN = "login"
    BARE_HASH = "argon2-alone"
    HEALTH_BESIDE = "health-beside-logins"
    HEALTH_ALONE = "health-alone"
    UNRECORDED = "verify-unrecorded"
    SMALL = "verify-small"
    BIG_SCATTERED = "verify-big"
    BIG_SAME_SHAPE = "verify-big-100-keys"


class Metric(StrEnum):
    """What of a round is compared."""

    PER_SECOND = "per_second"
    P99_MS = "p99_ms"


@dataclass(frozen=True, slots=True)
class Figure:
    """`above` / `below` must be at least the target, or at most for a latency."""

    name: Name
    title: str
    above: SubjectName
    below: SubjectName
    target: float | None
    """None: told for information, not promised."""
    metric: Metric = Metric.PER_SECOND

    @property
    def at_most(self) -> bool:
        """Whether less is better."""
        return self.metric is Metric.P99_MS

    @property
    def sign(self) -> str:
        """How the target reads."""
        return "<=" if self.at_most else ">="


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a figure came to."""

    figure: Figure
    measured: float
    lowest: float
    """Of the rounds' own ratios: how far they lie apart says how quiet the machine was."""
    highest: float
    problems: list[str]

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached by true answers; None without a target."""
        target = self.figure.target
        if target is None:
            return None
        good = self.measured <= target if self.figure.at_most else self.measured >= target
        return good and not self.problems


FIGURES = (
    Figure(
        Name.CONSTANT,
        "verify with durable charge, 100 organizations / constant route",
        SubjectName.VERIFY,
        SubjectName.VERIFY_CONSTANT,
        0.70,
    ),
    Figure(
        Name.HOT,
        "verify, one hot organization / 100 organizations",
        SubjectName.VERIFY_HOT,
        SubjectName.VERIFY,
        0.90,
    ),
    Figure(
        Name.GRANTS,
        "verify, one organization with 1,000 grants / one with a single grant",
        SubjectName.VERIFY_MANY_GRANTS,
        SubjectName.VERIFY_HOT,
        0.90,
    ),
    Figure(
        Name.TRANSACTION,
        "verify / one SQLAlchemy transaction per request",
        SubjectName.VERIFY,
        SubjectName.VERIFY_TRANSACTION,
        5,
    ),
    Figure(
        Name.PROFILE,
        "users/me by JWT / constant route",
        SubjectName.PROFILE,
        SubjectName.PROFILE_CONSTANT,
        0.25,
    ),
    Figure(
        Name.FORWARD,
        "forward-auth with durable charge, 100 organizations / a route answering an empty 200",
        SubjectName.FORWARD,
        SubjectName.FORWARD_CONSTANT,
        0.80,
    ),
    Figure(
        Name.BATCH,
        "items of verify/batch, 100 at a time / verify, one at a time",
        SubjectName.BATCH,
        SubjectName.VERIFY,
        8,
    ),
    Figure(
        Name.LATENCY,
        "p99 of verify at half load / p99 of constant route at that rate",
        SubjectName.HALF_LOAD,
        SubjectName.HALF_LOAD_CONSTANT,
        4,
        Metric.P99_MS,
    ),
    Figure(
        Name.LOGIN,
        "signing in, 60 at once / Argon2id alone on the same processors",
        SubjectName.LOGIN,
        SubjectName.BARE_HASH,
        0.85,
    ),
    Figure(
        Name.LOGIN,
        "p99 of /health/live beside 60 who sign in / alone",
        SubjectName.HEALTH_BESIDE,
        SubjectName.HEALTH_ALONE,
        None,
        Metric.P99_MS,
    ),
    Figure(
        Name.PROCESSES,
        "verify, one hot organization, two server processes / one",
        SubjectName.VERIFY_HOT_TWICE,
        SubjectName.VERIFY_HOT,
        1.3,
    ),
    Figure(
        Name.USAGE,
        "verify, its use recorded by the hour / not recorded",
        SubjectName.VERIFY,
        SubjectName.UNRECORDED,
        0.97,
    ),
    Figure(
        Name.BIG,
        "verify, 1,000,000 keys and 10,000,000 entries, all keys in use / 100 keys",
        SubjectName.BIG_SCATTERED,
        SubjectName.SMALL,
        0.80,
    ),
    Figure(
        Name.BIG,
        "the same, but 100 of the keys in use / 100 keys",
        SubjectName.BIG_SAME_SHAPE,
        SubjectName.SMALL,
        None,
    ),
)


def evaluate(figure: Figure, rounds: Sequence[Round]) -> Outcome | None:
    """The ratio of the medians of all rounds; None if one side was not measured."""
    above = values_of(figure.above, figure.metric, rounds)
    below = values_of(figure.below, figure.metric, rounds)
    if not above or not below:
        return None
    ratios = [a / b for a, b in zip(above, below, strict=False)]
    problems = [
        f"{each.subject}, round {each.number}: {each.problem}"
        for each in rounds
        if each.subject in (figure.above, figure.below) and each.problem
    ]
    return Outcome(figure, median(above) / median(below), min(ratios), max(ratios), problems)


def values_of(subject: SubjectName, metric: Metric, rounds: Sequence[Round]) -> list[float]:
    """One subject's figures, round by round."""
    return [float(getattr(each.result, metric)) for each in rounds if each.subject == subject]
