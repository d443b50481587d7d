"""The best of all thresholds: along a hull, along every score, or among the ends of bins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError
from gnomon.evaluation.estimates.ranking import spread_by_cluster, threshold_table
from gnomon.evaluation.reading.ranked_scores import RankedScores
from gnomon.measures.ranking import TABLE_STEPS, Curve, cumulative
from gnomon.measures.threshold import Points
from gnomon.message import Message, word
from gnomon.states.paired import PairedRows
from gnomon.thresholds.goal import ROUNDING, Best, Goal, best_of, better_of

Array = NDArray[np.float64]

# The hull holds the best where that is positive.
ABOVE_0 = "hull_above_0"


@dataclass(frozen=True, slots=True)
class Choice:
    """The best threshold of all.

    Attributes:
        threshold: It.
        best: Its value and by how much it misses the constraints.
        points: Its counts.
        bound: By how much the goal's measure might be better at a threshold that was not tried.
        open: Whether such a threshold might miss the constraints less.
    """

    threshold: float
    best: Best
    points: Points
    bound: float = 0.0
    open: bool = False

    @property
    def met(self) -> bool:
        """Whether all constraints hold."""
        return float(self.best.shortfall) == 0

    @property
    def curve(self) -> Curve:
        """It as a curve of one point."""
        points = self.points
        return Curve(*(np.atleast_1d(own) for own in (self.threshold, points.true_positives, points.false_positives)))


class Candidates:
    """The points among which a threshold is chosen.

    Args:
        goal: What is wanted.
        order: The rows in order of their scores.
        clustered: The same rows with their clusters; None where they are independent.
    """

    def __init__(self, goal: Goal, order: RankedScores, clustered: PairedRows | None) -> None:
        self.goal = goal
        self.order = order
        self._clustered = clustered
        rows = order.positives.merge(order.negatives)
        self.trials = rows.effective / float(rows.total)
        # What the ends of intervals rest on is made for them alone.
        self._ends = any(own.end is not None for own in goal.constraints)

    def curves(self, which: str) -> Iterator[tuple[Array, Points]]:
        """Thresholds, from the highest down, with their counts, in one piece or several.

        Where rows belong to clusters and the end of an interval is limited, the thresholds are those of the table.

        Args:
            which: As of :meth:`gnomon.evaluation.reading.ranked_scores.Order.curves`.
        """
        if self._ends and self._clustered is not None:
            table = threshold_table(self.order, None, self._clustered, self.goal.constrained)
            yield table.threshold, table.points
            return
        for curve in self.order.curves(which):
            yield curve.threshold, self.points_of(curve)

    def points_at(self, thresholds: Array, clustered: PairedRows | None) -> Points:
        """The points of all rows at the lower ends of bins, from the highest down, and what ends rest on there."""
        bins = self.order.bins(TABLE_STEPS)
        points = self.points_of(Curve(thresholds, cumulative(bins.positives), cumulative(bins.negatives)))
        if not self._ends or clustered is None:
            return points
        return replace(points, spread=spread_by_cluster(thresholds, points, clustered, self.goal.constrained))

    def points_of(self, curve: Curve) -> Points:
        """The counts along a curve."""
        classes = self.order.positives, self.order.negatives
        positives, negatives = (float(own.total) for own in classes)
        points = Points(curve.true_positives, curve.false_positives, positives, negatives, trials=self.trials)
        if not self._ends or self.trials == 1.0:
            return points
        tp, fp = self.order.squares_reaching(curve.threshold)
        positives, negatives = (float(own.squares) for own in classes)
        return replace(points, squares=Points(tp, fp, positives, negatives))


def best_threshold(candidates: Candidates, level: float) -> Choice:
    """The best of all thresholds, or of the ends of bins where scores were counted in bins."""
    which = candidates.goal.candidates
    candidate = best_along(candidates, "hull" if which == ABOVE_0 else which, level)
    if which == ABOVE_0 and not candidate.best.value > 0:
        candidate = best_along(candidates, "all", level)
    if candidates.order.bounds is None:
        return candidate
    bound, open_ = bin_bound(candidates, candidate, level)
    return replace(candidate, bound=bound, open=open_)


def best_along(candidates: Candidates, which: str, level: float) -> Choice:
    """The best of some of the points of the curve."""
    goal, best_yet = candidates.goal, None
    for threshold, points in candidates.curves(which):
        best = best_of(goal, points, level)
        candidate = Choice(float(threshold[best.place]), best, points.at(best.place))
        if best_yet is None or better_of(goal, (candidate.best, candidate.points), (best_yet.best, best_yet.points)):
            best_yet = candidate
    assert best_yet is not None  # a curve has points
    if math.isnan(float(best_yet.best.value)):
        raise DataError(
            Message(
                "goal_undefined",
                "{measure} is undefined at every threshold\nchoose another goal",
                measure=word(goal.measure),
            )
        )
    return best_yet


def bin_bound(candidates: Candidates, chosen: Choice, level: float) -> tuple[float, bool]:
    """By how much a threshold within a bin could be better, and whether one could miss the constraints less.

    Within a bin both counts lie between those at its ends, so what rises or falls with them lies between its values at
    the four corners: each constraint is taken as at the kindest of them, and so is the goal.
    """
    goal = candidates.goal
    ((_, points),) = candidates.curves("all")
    ends = (slice(1, None), slice(None, -1))
    corners = [
        replace(points.at(tp), false_positives=points.false_positives[fp], squares=None) for tp in ends for fp in ends
    ]
    missed = sum(
        (
            np.min([own.shortfall(own.values(corner, level)) for corner in corners], axis=0) / max(abs(own.limit), 1.0)
            for own in goal.constraints
        ),
        np.zeros(len(points.true_positives) - 1),
    )
    values = np.fmax.reduce([goal.better * goal.values(corner) for corner in corners])
    reached = missed <= float(chosen.best.shortfall) + ROUNDING
    best = np.max(values[reached], initial=goal.better * float(chosen.best.value))
    return float(best - goal.better * chosen.best.value), bool((missed < float(chosen.best.shortfall) - ROUNDING).any())


def totals(order: RankedScores) -> tuple[float, float]:
    """The weights of the positives and of the negatives."""
    return float(order.positives.total), float(order.negatives.total)
