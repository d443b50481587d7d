"""Intervals from a linearised variance, on a scale that suits the range of the measure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantiles
from gnomon.intervals.logit import logit_ends
from gnomon.intervals.mean import LARGEST_EXPONENT, spread_ends
from gnomon.intervals.wilson import METHOD as WILSON
from gnomon.intervals.wilson import share_error, wilson_ends

Array = NDArray[np.float64]

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
    low_end, high_end = linearised_ends(
        np.array([value]), np.array([variance]), np.array([units], np.float64), level, low, high
    )
    if math.isnan(low_end[0]):
        return NO_INTERVAL
    plain = (low, high) == (0.0, 1.0) and not (0 < value < 1 and variance > 0)
    if plain:
        return Interval(float(low_end[0]), float(high_end[0]), WILSON, share_error(min(1.0, max(0.0, value)), units))
    return Interval(float(low_end[0]), float(high_end[0]), METHOD, math.sqrt(variance), units - 1)


def linearised_ends(
    value: Array, variance: Array, units: Array, level: float, low: float, high: float
) -> tuple[Array, Array]:
    """Both ends of many such intervals; NaN where there is none."""
    known = np.ones(value.shape, bool)
    with np.errstate(all="ignore"):
        half = t_quantiles(level, units - 1) * np.sqrt(variance)
        if (low, high) == (0.0, 1.0):
            ends = logit_ends(value, half)
            kept = np.clip(value, 0.0, 1.0)
            same = ~((kept > 0) & (kept < 1) & (variance > 0))
            of_share = wilson_ends(kept, units, level)
            ends = np.where(same, of_share[0], ends[0]), np.where(same, of_share[1], ends[1])
        elif (low, high) == (-1.0, 1.0):
            centre, half = np.arctanh(value), half / (1 - value * value)
            ends = np.tanh(centre - half), np.tanh(centre + half)
            known = np.abs(value) < 1
        elif high == 1.0:
            half = np.minimum(half / (1 - value), LARGEST_EXPONENT)
            ends = 1 - (1 - value) * np.exp(half), 1 - (1 - value) * np.exp(-half)
            known = value < 1
        else:
            ends = spread_ends(value, half, low, high)
        known &= ~np.isnan(value) & (units > 1) & np.isfinite(variance)
        return np.where(known, ends[0], np.nan), np.where(known, ends[1], np.nan)
