"""Intervals from a linearised variance, on a scale that suits the range of the measure."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.intervals.logit import logit_interval
from gnomon.intervals.mean import spread_mean
from gnomon.intervals.wilson import wilson

METHOD = "linearised"


def linearised_interval(
    value: float, variance: float, units: float, level: float, low: float = 0.0, high: float = 1.0
) -> Interval:
    """The interval of a measure that lies between ``low`` and ``high``.

    Made on the logit scale for shares, on that of Fisher's z = artanh(r) for correlations, on that of log(1 - value)
    for what has an upper end only, on the log scale for what cannot be below 0, and as it is for all else, by Student's
    t with one degree of freedom less than there are units. A share that does not vary has Wilson's interval for that
    many units.

    Args:
        value: The measure.
        variance: Its variance, such as the sum of the squared influences of rows or of clusters.
        units: How many (effective) rows or clusters vary independently.
        level: The confidence level.
        low: The least value that the measure can take.
        high: The greatest.
    """
    if math.isnan(value) or not units > 1 or not math.isfinite(variance):
        return NO_INTERVAL
    if (low, high) == (0.0, 1.0):
        if 0 < value < 1 and variance > 0:
            return logit_interval(value, variance, level, METHOD, units - 1)
        return wilson(min(1.0, max(0.0, value)), units, level)
    half = t_quantile(level, units - 1) * math.sqrt(variance)
    if (low, high) == (-1.0, 1.0):
        if not -1 < value < 1:
            return NO_INTERVAL
        centre, half = math.atanh(value), half / (1 - value * value)
        return Interval(math.tanh(centre - half), math.tanh(centre + half), METHOD)
    if high == 1.0:
        if not value < 1:
            return NO_INTERVAL
        half = min(half / (1 - value), 700.0)
        return Interval(1 - (1 - value) * math.exp(half), 1 - (1 - value) * math.exp(-half), METHOD)
    return spread_mean(value, half, METHOD, low, high)
