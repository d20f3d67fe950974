"""What a run has seen: printed when it is over."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Figures:
    """One torture, counted."""

    name: str
    operations: int = 0
    acknowledged: int = 0
    faults: Counter = field(default_factory=Counter)
    refusals: Counter = field(default_factory=Counter)
    drift: int | None = None
    """Credits that the ledger cannot explain; None until the proof is done."""

    def add(self, shoppers):
        """Count what the shoppers did."""
        self.operations += shoppers.asked
        self.acknowledged += shoppers.acknowledged.total()
        self.refusals.update(shoppers.refusals)

    def __str__(self):
        faults = ", ".join(f"{count} {name}" for name, count in sorted(self.faults.items())) or "none"
        refused = self.refusals.total()
        drift = "unproved" if self.drift is None else self.drift
        return (
            f"{self.name}: {self.operations} operations, {self.acknowledged} acknowledged, "
            f"{refused} refused; faults: {faults}; drift: {drift}"
        )


told: list[Figures] = []
"""Of this process's run."""
