"""Student's t interval for the mean of a loss."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.means import MeanAndError


def mean_interval(measured: MeanAndError, level: float, least: float = 0.0, most: float = math.inf) -> Interval:
    """Mean +- t * sqrt(variance / rows), cut to the range that the loss can take.

    The degrees of freedom are rows - 1, rows being effective ones where they have weights.
    """
    if measured.variance is None:
        return NO_INTERVAL
    half = t_quantile(level, measured.rows - 1) * math.sqrt(measured.variance)
    return Interval(max(least, measured.mean - half), min(most, measured.mean + half), "t")
