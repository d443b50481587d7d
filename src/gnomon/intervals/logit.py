"""Intervals of shares whose variance is known, made on the logit scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.interval import Interval, t_quantile

Array = NDArray[np.float64]


def logit_interval(share: float, variance: float, level: float, method: str, freedom: float = math.inf) -> Interval:
    """The interval, made on the logit scale and brought back, so that it stays inside [0, 1].

    Needs 0 < share < 1 and a positive variance; the standard error of the logit is that of the share over
    share * (1 - share).

    Args:
        share: The value.
        variance: Of the value.
        level: The confidence level.
        method: What the interval is called.
        freedom: Degrees of freedom of the variance.
    """
    error = math.sqrt(variance)
    half = t_quantile(level, freedom) * error
    low, high = logit_ends(np.array([share]), np.array([half]))
    return Interval(float(low[0]), float(high[0]), method, error, freedom)


def logit_ends(share: Array, half: Array) -> tuple[Array, Array]:
    """Both ends of many intervals, from half of their width were they not brought to that scale."""
    center, half = np.log(share / (1 - share)), half / (share * (1 - share))
    return _expit(center - half), _expit(center + half)


def _expit(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small))
