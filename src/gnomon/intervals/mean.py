"""Student's t interval for the mean of a loss."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.means import MeanAndError

TOO_FEW = "no interval: too few rows"
TOO_LARGE = "no interval: the squares of its terms are too large for double precision"
NO_SPREAD = "no interval: in these rows nothing is seen to vary"
# Values that differ by less than this share of their mean differ by rounding.
ROUNDING = 1e-9
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
    if without_interval(measured) is not None:
        return NO_INTERVAL
    assert measured.variance is not None  # else there is none
    half = t_quantile(level, min(measured.rows - 1, freedom)) * math.sqrt(measured.variance)
    return spread_mean(measured.mean, half, "log t" if least == 0.0 else "t", least, most)


def without_interval(measured: MeanAndError) -> str | None:
    """Why a mean has no interval; None where it has one."""
    if measured.rows <= 1:
        return TOO_FEW
    if measured.variance is None:
        return TOO_LARGE
    return NO_SPREAD if no_spread(measured.mean, measured.variance, measured.rows) else None


def no_spread(mean: float, variance: float, rows: float) -> bool:
    """Whether rows are alike, up to rounding: of how much others would vary they say nothing.

    Args:
        mean: The mean of their values.
        variance: Of the mean.
        rows: How many (effective) rows vary independently.
    """
    return math.sqrt(variance * rows) <= ROUNDING * abs(mean)


def spread_mean(mean: float, half: float, method: str, least: float = 0.0, most: float = math.inf) -> Interval:
    """The interval of a mean with this half-width, made on the log scale where the mean cannot be below 0."""
    if least == 0.0:
        if not mean > 0:
            return Interval(mean, mean, method)
        relative = min(half / mean, _LARGEST)
        return Interval(mean * math.exp(-relative), min(most, mean * math.exp(relative)), method)
    return Interval(max(least, mean - half), min(most, mean + half), method)
