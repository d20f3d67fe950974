"""What a batch was used for."""

from dataclasses import dataclass, field
from uuid import UUID

TIME_BOUNDS_US = tuple([round(256 * 2 ** (step / 2)) for step in range(31)])
"""Where the buckets of the gate's own time meet: 256 us to 8.4 s, in steps of half an octave."""


@dataclass(slots=True)
class UsageTally:
    """Parallel arrays: the `n`-th of each is the `n`-th use."""

    organization_ids: list[UUID | None] = field(default_factory=list)
    api_key_ids: list[UUID | None] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    credits: list[int] = field(default_factory=list)
    times_us: list[int | None] = field(default_factory=list)
    tagged_places: list[int] = field(default_factory=list)
    """Which use (from 1) each of `tags` belongs to."""
    tags: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there was any use."""
        return bool(self.outcomes)

    def extend(self, other: "UsageTally") -> None:
        """Add the uses of another batch."""
        shift = len(self.outcomes)
        self.organization_ids += other.organization_ids
        self.api_key_ids += other.api_key_ids
        self.outcomes += other.outcomes
        self.credits += other.credits
        self.times_us += other.times_us
        self.tagged_places += [place + shift for place in other.tagged_places]
        self.tags += other.tags
