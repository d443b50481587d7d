"""Delta-method interval for R² and the explained variance."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.regression import Explained


def explained_interval(measured: Explained, rows: float, level: float, freedom: float = math.inf) -> Interval:
    """The interval of 1 - A/B, made on the scale of log(A/B), so that it stays below 1.

    Args:
        measured: What is left unexplained.
        rows: The effective number of rows.
        level: The confidence level.
        freedom: Degrees of freedom of the variance, where they are fewer than ``rows - 1``.
    """
    if measured.relative_variance is None:
        return NO_INTERVAL
    freedom = min(rows - 1, freedom)
    half = t_quantile(level, freedom) * math.sqrt(measured.relative_variance)
    unexplained = float(measured.unexplained)
    try:
        far = unexplained * math.exp(half)
    except OverflowError:
        far = math.inf
    error = unexplained * math.sqrt(measured.relative_variance)
    return Interval(1 - far, 1 - unexplained * math.exp(-half), "delta", error, freedom)
