"""Measures of a binary prediction at many thresholds at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from gnomon.measures.cells import Cells, ratio
from gnomon.measures.measure import LOWER, POSITIVE, Measure, Other

Array = NDArray[np.float64]

NEGATIVE = 0


class Spread(Protocol):
    """How far measures vary at thresholds where rows belong to clusters."""

    @property
    def number(self) -> int:
        """The number of clusters."""
        ...

    @property
    def variance(self) -> Mapping[str, Array]:
        """The variances of measures, by name."""
        ...

    @property
    def degrees_of_freedom(self) -> Mapping[str, Array]:
        """The degrees of freedom of the variances."""
        ...

    @property
    def supporting_clusters(self) -> Mapping[str, Array]:
        """How many clusters have rows that a measure rests on."""
        ...

    def units(self, name: str) -> Array:
        """How many independent units say as much of a measure."""
        ...

    def at(self, where: Any) -> Self:
        """Those at some of the thresholds."""
        ...


@dataclass(frozen=True, slots=True)
class Points:
    """Confusion counts (or weights) at thresholds.

    Attributes:
        true_positives, false_positives: Weight of each class that reaches the threshold, any shape.
        positives, negatives: Weight of each class in all, of a shape that broadcasts to it.
        trials: Effective rows for each unit of weight.
        squares: The same counts of squared weights, where they are known and rows have weights.
        spread: How far measures vary at the points where rows belong to clusters.
    """

    true_positives: Array
    false_positives: Array
    positives: Any
    negatives: Any
    trials: float = 1.0
    squares: Points | None = None
    spread: Spread | None = None

    @classmethod
    def of(cls, cells: Cells) -> Points:
        """From the cells of both classes."""
        hits, negatives, positives = (
            cells.hits[..., POSITIVE],
            cells.support[..., NEGATIVE],
            cells.support[..., POSITIVE],
        )
        return cls(hits, cells.predicted[..., POSITIVE] - hits, positives, negatives)

    @property
    def flagged(self) -> Array:
        """Weight that is predicted positive."""
        return self.true_positives + self.false_positives

    @property
    def total(self) -> Any:
        """Weight of all rows."""
        return self.positives + self.negatives

    @property
    def effective(self) -> float:
        """The effective number of all rows."""
        return float(np.max(self.total)) * self.trials

    def cells(self) -> Cells:
        """What the measures of a confusion matrix take, the two classes along a new last axis."""
        flagged, total = self.flagged, np.broadcast_to(self.total, self.true_positives.shape)
        positives, negatives = (np.broadcast_to(own, total.shape) for own in (self.positives, self.negatives))
        return Cells(
            np.stack([negatives - self.false_positives, self.true_positives], axis=-1),
            np.stack([negatives, positives], axis=-1),
            np.stack([total - flagged, flagged], axis=-1),
            total[..., None],
        )

    def matrices(self) -> Array:
        """The confusion matrices, of shape (..., 2, 2), rows true, columns predicted, the negative class first."""
        tp, fp = self.true_positives, self.false_positives
        table = np.stack([self.negatives - fp, fp, self.positives - tp, tp], axis=-1)
        return table.reshape(*tp.shape, 2, 2)

    def at(self, where: Any) -> Points:
        """Some of the points, of totals that are the same for all."""
        return replace(
            self,
            true_positives=self.true_positives[where],
            false_positives=self.false_positives[where],
            squares=None if self.squares is None else self.squares.at(where),
            spread=None if self.spread is None else self.spread.at(where),
        )


@dataclass(frozen=True, slots=True)
class Costs:
    """What a row of each cell of the confusion matrix costs; a gain is a negative cost."""

    tp: float = 0.0
    fp: float = 0.0
    fn: float = 0.0
    tn: float = 0.0

    def mean(self, points: Points) -> Array:
        """The cost a row."""
        tp, fp = points.true_positives, points.false_positives
        return np.asarray(
            (self.tp * tp + self.fp * fp + self.fn * (points.positives - tp) + self.tn * (points.negatives - fp))
            / points.total
        )

    @property
    def calibrated_threshold(self) -> float:
        """The threshold that costs least if scores are calibrated probabilities; NaN where none does.

        C. Elkan, "The foundations of cost-sensitive learning" (2001), equation 2.
        """
        alarm, miss = self.fp - self.tn, self.fn - self.tp
        return alarm / (alarm + miss) if alarm > 0 and miss > 0 else math.nan


def youden(points: Points) -> Array:
    """Youden's index: recall minus the false positive rate, from the counts themselves."""
    return ratio(points.true_positives, points.positives) - ratio(points.false_positives, points.negatives)


# What a threshold has besides the measures of its confusion matrix.
FLAGGED, COST = "flagged", "cost"
MEASURES = (
    Measure(
        name=FLAGGED,
        title="flagged",
        definition="rows predicted positive",
        basis=Other(),
        high=math.inf,
        better=LOWER,
        curve="hull",
        harmed=True,
    ),
    Measure(
        name=COST,
        title="mean cost per row",
        definition="mean over rows of what their cell of the confusion matrix costs",
        basis=Other(),
        low=-math.inf,
        high=math.inf,
        better=LOWER,
    ),
)
