"""Student's t interval for the mean of a loss."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.means import MeanAndError
from gnomon.message import Message

Array = NDArray[np.float64]

TOO_FEW = Message("few_rows_for_interval", "no interval: too few rows")
TOO_LARGE = Message("squares_overflow", "no interval: the squares of its terms are too large for double precision")
NO_SPREAD = Message("no_variance", "no interval: zero observed variance")
# Values that differ by less than this share of their mean differ by rounding.
ROUNDING = 1e-9
# Beyond this the exponential of a half-width is infinite.
LARGEST_EXPONENT = 700.0


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
    freedom, error = min(measured.rows - 1, freedom), math.sqrt(measured.variance)
    low, high = spread_ends(np.array([measured.mean]), np.array([t_quantile(level, freedom) * error]), least, most)
    return Interval(float(low[0]), float(high[0]), "log t" if least == 0.0 else "t", error, freedom)


def without_interval(measured: MeanAndError) -> Message | None:
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


def spread_ends(mean: Array, half: Array, least: float, most: float) -> tuple[Array, Array]:
    """Both ends of intervals of means with these half-widths, made on the log scale where a mean cannot be below 0."""
    if least != 0.0:
        return np.maximum(least, mean - half), np.minimum(most, mean + half)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = np.minimum(half / mean, LARGEST_EXPONENT)
        low, high = mean * np.exp(-relative), np.minimum(most, mean * np.exp(relative))
    return np.where(mean > 0, low, mean), np.where(mean > 0, high, mean)
