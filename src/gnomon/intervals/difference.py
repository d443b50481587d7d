"""The difference of two values, from different rows or the same, and what many comparisons do to its p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Difference, Estimate
from gnomon.intervals.interval import Interval, t_quantile, two_sided_t
from gnomon.intervals.linearised import METHOD
from gnomon.intervals.mean import NO_SPREAD, TOO_FEW, no_spread
from gnomon.intervals.wilson import wilson
from gnomon.measures.cells import Cells
from gnomon.measures.means import MeanAndError
from gnomon.measures.measure import Formula

Array = NDArray[np.float64]


def independent_difference(first: Estimate, second: Estimate) -> Difference:
    """The difference of two estimates of different rows, from the intervals of both.

    The distances of the two values to those ends of their intervals that lie towards each other are added as squares
    (R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine
    17, 1998, method 10; G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27, 2008). The p-value is that of Welch's test by both standard errors (B. L.
    Welch, Biometrika 34, 1947), whatever the level.
    """
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    if math.isnan(low) or math.isnan(high):
        return Difference(value, level=first.level, n=first.n)
    return Difference(value, low, high, first.level, "newcombe", first.n, welch(first, second))


def welch(first: Estimate, second: Estimate) -> float:
    """How often chance alone sets two estimates of different rows at least so far apart, if their truths are equal."""
    parts = [(own.standard_error**2, own.degrees_of_freedom) for own in (first, second)]
    variance = sum(own for own, _ in parts)
    if not variance > 0:
        return math.nan if variance != 0 else 1.0 if first.value == second.value else 0.0
    uncertain = sum(own * own / freedom for own, freedom in parts)
    freedom = variance**2 / uncertain if uncertain > 0 else math.inf
    return two_sided_t((first.value - second.value) / math.sqrt(variance), freedom)


def to_constant(estimate: Estimate, constant: float, p_value: float | None = None) -> Difference:
    """An estimate less a number that is the same for any rows: the interval is the estimate's own, moved.

    Args:
        estimate: The estimate.
        constant: The number.
        p_value: That of a test of its own; None for Student's by the standard error.
    """
    value, low, high = (own - constant for own in (estimate.value, estimate.low, estimate.high))
    if p_value is None:
        error = estimate.standard_error
        t = value / error if error > 0 else math.nan if math.isnan(error) else math.inf if value else 0.0
        p_value = two_sided_t(t, estimate.degrees_of_freedom)
    return Difference(
        value,
        low,
        high,
        estimate.level,
        estimate.method,
        estimate.n,
        p_value,
        bound=estimate.bound,
        reason=estimate.reason,
    )


def linearised_difference(
    value: float,
    variance: float,
    units: float,
    level: float,
    n: int,
    method: str = METHOD,
    widest: float = math.inf,
) -> Difference:
    """A difference on the same rows whose variance is known, by Student's t.

    Args:
        value: The difference.
        variance: Of the difference, such as the sum of the squares of the rows' influences on it.
        units: How many (effective) rows or clusters vary independently.
        level: The confidence level.
        n: The rows.
        method: What it is called.
        widest: How far apart two values can be: the interval goes no farther.
    """
    if not units > 1 or not math.isfinite(variance) or math.isnan(value):
        return Difference(value, level=level, n=n, reason=None if math.isnan(value) else TOO_FEW)
    error = math.sqrt(variance)
    if value != 0 and no_spread(value, variance, units):
        return Difference(value, level=level, n=n, reason=NO_SPREAD)
    half = t_quantile(level, units - 1) * error
    t = value / error if error > 0 else 0.0 if value == 0 else math.inf
    low, high = max(value - half, -widest), min(value + half, widest)
    return Difference(value, low, high, level, method, n, two_sided_t(t, units - 1))


def agreeing(formula: Formula, matrix: Array, units: float, level: float) -> Interval:
    """The interval of a difference of two models that predict the same class for every row that was seen.

    Rows on which they disagree were not seen, so their share is at most the upper end of Wilson's interval of none, as
    in Tango's interval of a share: the ends are the largest changes of the measure when so many rows of one cell of the
    confusion matrix are predicted otherwise.

    Args:
        formula: The measure.
        matrix: The confusion matrix of both, shape (2, 2), rows true, columns predicted.
        units: How many (effective) rows or clusters vary independently.
        level: The confidence level.
    """
    share = wilson(0.0, units, level).high
    moved = [matrix]
    for true, predicted in ((0, 0), (0, 1), (1, 0), (1, 1)):
        rows = min(share * matrix.sum(), matrix[true, predicted])
        other = matrix.copy()
        other[true, predicted] -= rows
        other[true, 1 - predicted] += rows
        moved.append(other)
    values = formula(Cells.of(np.stack(moved)))
    changes = values[1:] - values[0]
    return Interval(min(0.0, float(np.nanmin(changes))), max(0.0, float(np.nanmax(changes))), METHOD)


def mean_difference(measured: MeanAndError, level: float, n: int) -> Difference:
    """The mean of a difference of losses, row by row: the paired t test.

    Args:
        measured: The mean and its variance.
        level: The confidence level.
        n: The rows.
    """
    variance = math.nan if measured.variance is None else measured.variance
    return linearised_difference(measured.mean, variance, measured.rows, level, n, "paired t")


def family_wise(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that a limit on them limits how often even one of those below it is false.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979). NaN
    stays and does not count.

    >>> family_wise([0.01, 0.04, 0.03, float("nan")])
    [0.03, 0.06, 0.06, nan]
    """
    known = sorted((value, place) for place, value in enumerate(p_values) if not math.isnan(value))
    adjusted = [math.nan] * len(p_values)
    greatest = 0.0
    for rank, (value, place) in enumerate(known):
        greatest = min(1.0, max(greatest, value * (len(known) - rank)))
        adjusted[place] = greatest
    return adjusted


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that a limit on them limits the share of false ones among those below it.

    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995). NaN stays and
    does not count.

    >>> false_discovery([0.01, 0.04, 0.03, float("nan")])
    [0.03, 0.04, 0.04, nan]
    """
    known = sorted((value, place) for place, value in enumerate(p_values) if not math.isnan(value))
    adjusted = [math.nan] * len(p_values)
    least = 1.0
    for rank in range(len(known), 0, -1):
        value, place = known[rank - 1]
        least = min(least, value * len(known) / rank)
        adjusted[place] = least
    return adjusted
