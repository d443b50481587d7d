"""Student's t interval for the mean of a loss."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.means import MeanAndError

# Beyond this the exponential of a half-width is infinite.
_LARGEST = 700.0


def mean_interval(
    measured: MeanAndError,
    level: float,
    least: float = 0.0,
    most: float = math.inf,
    freedom: float = math.inf,
) -> Interval:
    """The interval of a mean of values between ``least`` and ``most``.

    What cannot be below 0 is skewed, so its interval is made on the log scale: mean * exp(+-t * error / mean). Else it
    is mean +- t * error. The degrees of freedom are rows - 1, rows being effective ones where they have weights, or
    ``freedom`` where that is less.
    """
    if measured.variance is None:
        return NO_INTERVAL
    half = t_quantile(level, min(measured.rows - 1, freedom)) * math.sqrt(measured.variance)
    return spread_mean(measured.mean, half, "log t" if least == 0.0 else "t", least, most)


def spread_mean(mean: float, half: float, method: str, least: float = 0.0, most: float = math.inf) -> Interval:
    """The interval of a mean with this half-width, made on the log scale where the mean cannot be below 0."""
    if least == 0.0:
        if not mean > 0:
            return Interval(mean, mean, method)
        relative = min(half / mean, _LARGEST)
        return Interval(mean * math.exp(-relative), min(most, mean * math.exp(relative)), method)
    return Interval(max(least, mean - half), min(most, mean + half), method)
