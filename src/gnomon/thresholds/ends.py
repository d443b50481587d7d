"""Ends of intervals at thresholds that hold at all of them at once: what a promise about a chosen one rests on."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gnomon.errors import DataError, UsageError
from gnomon.intervals.effective_trials import effective_trials
from gnomon.intervals.linearised import linearised_ends
from gnomon.intervals.wilson import wilson_ends
from gnomon.measures.measure import POSITIVE, Measure, Share, Transformed
from gnomon.measures.threshold import Points
from gnomon.message import Message

Array = NDArray[np.float64]

# A share of fewer (effective) rows than this promises nothing: it may be anything by chance.
FEWEST_ROWS = 10


def ends_of(measure: Measure, points: Points, level: float) -> tuple[Array, Array]:
    """Both ends of the interval of a share, or of a function of one, at each point; NaN where too few rows say.

    A threshold that is chosen because an end of the interval lies beyond a limit keeps what it promises only if the
    intervals hold at all thresholds at once. Those of shares of rows that do not depend on the threshold, such as the
    recall, rise or fall with it, so that the first one beyond the limit is all that can go wrong, and the usual
    interval will do (the fixed sequence of A. N. Angelopoulos et al., "Learn then test", 2021). Others, such as the
    precision, are made wider: :func:`uniform_quantile`.

    Args:
        measure: The measure.
        points: The points.
        level: The confidence level, of all points together.
    """
    basis = measure.basis
    share = basis.share if isinstance(basis, Transformed) else basis
    assert isinstance(share, Share)  # checked when the constraint was parsed
    cells = points.cells()
    value, tried = share(cells)[..., POSITIVE], share.trials(cells)[..., POSITIVE]
    trials, spread = trials_at(share, points, tried), points.spread
    if spread is not None and spread.number < 2:
        raise DataError(
            Message(
                "one_cluster_promise",
                "all rows belong to one cluster: they tell nothing about how others would vary",
            )
        )
    if spread is not None and measure.name not in spread.variance:
        known = ", ".join(spread.variance)
        raise UsageError(
            Message(
                "no_cluster_band",
                "intervals of {name!r} by cluster are not available at all thresholds, only those of {known}",
                name=measure.name,
                known=known,
            )
        )
    if not share.monotone:
        most = points.effective if spread is None else float(spread.number)
        level = 2 * NormalDist().cdf(uniform_quantile(level, most)) - 1
        enough = trials if spread is None else np.minimum(trials, spread.supporting_clusters[measure.name])
        value = np.where(enough >= FEWEST_ROWS, value, np.nan)
    if spread is not None:
        measured = np.where(np.isnan(value), np.nan, measure.binary(cells))
        return linearised_ends(
            measured, spread.variance[measure.name], spread.units(measure.name), level, measure.low, measure.high
        )
    low, high = wilson_ends(value, trials, level)
    if isinstance(basis, Transformed):
        return np.asarray(basis.transform(low)), np.asarray(basis.transform(high))
    return low, high


def trials_at(share: Share, points: Points, tried: Array) -> Array:
    """How many equal rows would be as sure of a share, at each point, as for the interval of an estimate."""
    if points.squares is None:
        return tried * points.trials
    matrices = points.matrices(), points.squares.matrices()
    return effective_trials(share.successes, share.trials, *matrices)[..., POSITIVE]


def uniform_quantile(level: float, rows: float) -> float:
    """By how many standard errors a share of the first rows of many may be off, at the most, wherever one stops.

    The share of the k rows of the highest scores is off by a random walk over k, which in standard errors is about an
    Ornstein-Uhlenbeck process in the logarithm of k: over a stretch of length s it exceeds c with a probability of
    about 1 - Phi(c) + s c phi(c) / 2 (M. R. Leadbetter, G. Lindgren and H. Rootzén, Extremes and Related Properties of
    Random Sequences and Processes, 1983, chapter 12; R. Miller and D. Siegmund, "Maximally selected chi square
    statistics", Biometrics 38, 1982).

    Args:
        level: Two-sided: the probability of an excess on one side is half of 1 - level.
        rows: The (effective) number of rows; shares of fewer than :data:`FEWEST_ROWS` do not count.

    >>> round(uniform_quantile(0.95, 10), 4), round(uniform_quantile(0.95, 1000), 2)
    (1.96, 3.09)
    """
    normal, stretch = NormalDist(), math.log(max(1.0, rows / FEWEST_ROWS))

    def excess(c: float) -> float:
        return 1 - normal.cdf(c) + stretch * c * normal.pdf(c) / 2

    low, high = normal.inv_cdf(0.5 + level / 2), 40.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > (1 - level) / 2 else (low, middle)
    return low
