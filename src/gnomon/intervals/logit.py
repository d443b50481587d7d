"""Intervals of shares whose variance is known, made on the logit scale."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval, normal_quantile
from gnomon.intervals.wilson import wilson


def logit_interval(share: float, variance: float, level: float, method: str) -> Interval:
    """The interval, made on the logit scale and brought back, so that it stays inside [0, 1].

    Needs 0 < share < 1 and a positive variance; the standard error of the logit is that of the share over
    share * (1 - share).
    """
    z = normal_quantile(level)
    center = math.log(share / (1 - share))
    half = z * math.sqrt(variance) / (share * (1 - share))
    return Interval(_expit(center - half), _expit(center + half), method)


def linearised_interval(share: float, variance: float, rows: float, level: float) -> Interval:
    """The interval of a share with a linearised variance; Wilson's where nothing varies.

    Args:
        share: The value.
        variance: The sum of the squared influences of the rows.
        rows: The effective number of rows.
        level: The confidence level.
    """
    if 0 < share < 1 and variance > 0:
        return logit_interval(share, variance, level, "linearised")
    return wilson(share, rows, level)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
