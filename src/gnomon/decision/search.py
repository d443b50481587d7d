"""The best of all thresholds: along a hull, along every score, or among the ends of bins."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from gnomon.errors import DataError
from gnomon.evaluation.reading.order import Order
from gnomon.measures.ranking import Curve
from gnomon.measures.threshold import Points
from gnomon.thresholds.goal import ROUNDING, Best, Goal, best_of, better_of

# The hull holds the best where that is positive.
ABOVE_0 = "hull_above_0"


@dataclass(frozen=True, slots=True)
class Found:
    """The best threshold of all.

    Attributes:
        threshold: It.
        best: Its value and by how much it misses the constraints.
        points: Its counts.
        bound: By how much the goal's measure might be better at a threshold that was not looked at.
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


def best_threshold(goal: Goal, order: Order, trials: float, level: float) -> Found:
    """The best of all thresholds, or of the ends of bins where scores were counted in bins."""
    candidates = goal.candidates
    found = best_along(goal, order, "hull" if candidates == ABOVE_0 else candidates, trials, level)
    if candidates == ABOVE_0 and not found.best.value > 0:
        found = best_along(goal, order, "all", trials, level)
    if order.bounds is None:
        return found
    bound, open_ = bin_bound(goal, order, found, trials, level)
    return replace(found, bound=bound, open=open_)


def best_along(goal: Goal, order: Order, candidates: str, trials: float, level: float) -> Found:
    """The best of some of the points of the curve."""
    found: Found | None = None
    for curve in order.curves(candidates):
        points = points_of(curve, order)
        best = best_of(goal, points, trials, level)
        own = Found(float(curve.threshold[best.place]), best, points.at(best.place))
        if found is None or better_of(goal, (own.best, own.points), (found.best, found.points)):
            found = own
    assert found is not None  # a curve has points
    if math.isnan(float(found.best.value)):
        raise DataError(f"{goal.measure} is undefined at every threshold: choose by another measure")
    return found


def points_of(curve: Curve, order: Order) -> Points:
    """The counts along a curve."""
    classes = order.positives, order.negatives
    return Points(curve.true_positives, curve.false_positives, *(float(own.total) for own in classes))


def bin_bound(goal: Goal, order: Order, found: Found, trials: float, level: float) -> tuple[float, bool]:
    """By how much a threshold within a bin could be better, and whether one could miss the constraints less.

    Within a bin both counts lie between those at its ends, so what rises or falls with them lies between its values at
    the four corners: each constraint is taken as at the kindest of them, and so is the goal.
    """
    (curve,) = order.curves("all")
    points = points_of(curve, order)
    ends = (slice(1, None), slice(None, -1))
    corners = [
        Points(points.true_positives[tp], points.false_positives[fp], points.positives, points.negatives)
        for tp in ends
        for fp in ends
    ]
    missed = sum(
        (
            np.min([own.shortfall(own.values(corner, trials, level)) for corner in corners], axis=0)
            / max(abs(own.limit), 1.0)
            for own in goal.constraints
        ),
        np.zeros(len(curve.threshold) - 1),
    )
    values = np.fmax.reduce([goal.better * goal.values(corner) for corner in corners])
    reached = missed <= float(found.best.shortfall) + ROUNDING
    best = np.max(values[reached], initial=goal.better * float(found.best.value))
    return float(best - goal.better * found.best.value), bool((missed < float(found.best.shortfall) - ROUNDING).any())


def totals(order: Order) -> tuple[float, float]:
    """The weights of the positives and of the negatives."""
    return float(order.positives.total), float(order.negatives.total)
