"""Delta-method interval for R² and the explained variance."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, t_quantile
from gnomon.measures.regression import Explained


def explained_interval(measured: Explained, rows: float, level: float) -> Interval:
    """The interval of 1 - A/B, made on the scale of log(A/B), so that it stays below 1."""
    if measured.relative_variance is None:
        return NO_INTERVAL
    half = t_quantile(level, rows - 1) * math.sqrt(measured.relative_variance)
    unexplained = float(measured.unexplained)
    try:
        far = unexplained * math.exp(half)
    except OverflowError:
        far = math.inf
    return Interval(1 - far, 1 - unexplained * math.exp(-half), "delta")
