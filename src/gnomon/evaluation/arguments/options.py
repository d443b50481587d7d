"""How estimates are made: their intervals, their level, the seed of what is drawn, the threads to use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsIndex

from gnomon.errors import UsageError, nearest
from gnomon.estimate import Estimate
from gnomon.intervals.interval import NO_INTERVAL, Interval
from gnomon.measures.measure import Measure
from gnomon.message import Message, word

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
        UsageError: The level is not a share between 0 and 1, the seed is negative, or the interval unknown.
    """

    interval: str = "auto"
    level: float = 0.95
    seed: int = 0
    threads: int = 1
    engine: str = "threads"
    measures: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise UsageError(
                Message(
                    "unknown_interval",
                    "interval={interval!r} is unknown\n{hint}",
                    interval=self.interval,
                    hint=nearest(str(self.interval), INTERVALS),
                )
            )
        if not isinstance(self.level, (int, float)) or not 0 < self.level <= 1 - 1e-12:
            raise UsageError(
                Message(
                    "level_range",
                    "level must lie between 0 and 1, such as 0.95, not {level!r}",
                    level=self.level,
                )
            )
        if isinstance(self.seed, bool) or not isinstance(self.seed, SupportsIndex) or not 0 <= int(self.seed) < 2**128:
            raise UsageError(
                Message(
                    "seed_range",
                    "seed must be a whole number from 0 to 2^128 - 1, not {seed!r}",
                    seed=self.seed,
                )
            )

    def check_clusters(self, cluster: str | None) -> None:
        """Refuses replicates of rows that belong to clusters, which would take them as independent.

        Raises:
            UsageError: There are clusters, and the intervals were to be made from replicates.
        """
        if cluster is not None and self.interval in BOOTSTRAPS:
            text = "interval={interval!r} takes rows as independent, and is not supported with cluster=\n"
            text = text + "remove interval= (--interval)"
            raise UsageError(Message("replicates_of_clusters", text, interval=self.interval))

    @property
    def intervals(self) -> bool:
        """Whether intervals are wanted."""
        return self.interval != "none"

    @property
    def bootstrap(self) -> str:
        """How ends are taken from replicates."""
        return "bca" if self.interval == "bca" else "percentile"

    def estimate(
        self, value: float, interval: Interval, n: int, reason: Message | None = None, bound: float = 0.0
    ) -> Estimate:
        """An estimate at this level, its interval left out where none is wanted."""
        made = Estimate(value, level=self.level, n=n, bound=bound)
        return (interval if self.intervals else NO_INTERVAL).of(made, reason)


def check_asked(measures: Iterable[Measure], names: Iterable[str], task: str) -> None:
    """Raises UsageError for a measure that was asked for and that an evaluation has not.

    Args:
        measures: Those asked for.
        names: Of its estimates, those of classes among them.
        task: Its task.
    """
    having = set(names)
    for measure in measures:
        if measure.name not in having:
            raise UsageError(
                Message(
                    "measure_not_here",
                    "measures= names {name!r}, which a {task} evaluation does not have{needs}",
                    name=measure.name,
                    task=word(task),
                    needs=needs(measure, task),
                )
            )


def needs(measure: Measure, task: str) -> str:
    """What a measure takes that a task has not, as the end of a sentence."""
    if measure.of_cells and task == "regression":
        return Message(
            "of_confusion",
            ": it is a measure of the confusion matrix; for regression use gnomon.measure(name, loss=...)",
        )
    if measure.of_cells and task == "binary":
        return Message("of_predictions", ": it needs predictions, or a threshold")
    if measure.of_cells:
        return (
            Message("not_of_multilabel", ": multilabel evaluations have only the default measures")
            if task == "multilabel"
            else ""
        )
    if measure.row_loss is not None:
        if measure.row_loss.of_scores:
            return Message("of_regressions_or_binary", ": it is a measure of regressions, or of two classes")
        return Message("of_regressions", ": it is a measure of regressions")
    return ""
