"""How estimates are made: their intervals, their level, the seed of what is drawn, the threads to use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsIndex

from gnomon.errors import UsageError, nearest
from gnomon.estimate import Estimate
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.measures.measure import Measure

INTERVALS = ("auto", "percentile", "bca", "none")
# Those that are made of bootstrap replicates wherever a measure has them.
BOOTSTRAPS = ("percentile", "bca")


@dataclass(frozen=True, slots=True)
class Options:
    """Checked once, at the door.

    Attributes:
        interval: How intervals are made.
        level: Their confidence level.
        seed: Of what is drawn.
        threads: How many threads there may be.
        engine: What reads the rows.
        measures: Those asked for besides the usual ones.

    Raises:
        UsageError: The level is no share between 0 and 1, the seed is negative, or the interval unknown.
    """

    interval: str = "auto"
    level: float = 0.95
    seed: int = 0
    threads: int = 1
    engine: str = "threads"
    measures: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise UsageError(f"interval={self.interval!r} is unknown: {nearest(str(self.interval), INTERVALS)}")
        if not isinstance(self.level, (int, float)) or not 0 < self.level <= 1 - 1e-12:
            raise UsageError(f"level must lie between 0 and 1, such as 0.95, not {self.level!r}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, SupportsIndex) or not 0 <= int(self.seed) < 2**128:
            raise UsageError(f"seed must be a whole number, 0 or more and below 2^128, not {self.seed!r}")

    @property
    def intervals(self) -> bool:
        """Whether intervals are wanted."""
        return self.interval != "none"

    @property
    def bootstrap(self) -> str:
        """How ends are taken from replicates."""
        return "bca" if self.interval == "bca" else "percentile"

    def estimate(
        self, value: float, interval: Interval, n: int, reason: str | None = None, bound: float = 0.0
    ) -> Estimate:
        """An estimate at this level, its interval left out where none is wanted."""
        found = Estimate(value, level=self.level, n=n, bound=bound)
        return (interval if self.intervals else NO_INTERVAL).of(found, reason)


def check_asked(measures: Iterable[Measure], names: Iterable[str], task: str) -> None:
    """Raises UsageError for a measure that was asked for and that an evaluation has not.

    Args:
        measures: Those asked for.
        names: Of its estimates, those of classes among them.
        task: Its task.
    """
    having = set(names)
    for own in measures:
        if own.name not in having:
            raise UsageError(
                f"measures= names {own.name!r}, which this {task} evaluation does not have{needs(own, task)}"
            )


def needs(own: Measure, task: str) -> str:
    """What a measure takes that a task has not, as the end of a sentence."""
    if own.of_cells and task == "regression":
        return ": it counts classes; a measure of amounts is made by gnomon.measure(name, loss=...)"
    if own.of_cells and task == "binary":
        return ": it takes predictions, or a threshold"
    if own.of_cells:
        return ": of several labels only the usual ones are made" if task == "multilabel" else ""
    if own.row_loss is not None:
        return ": it is of regressions" + (", or of two classes" if own.row_loss.of_scores else "")
    return ""
