"""Intervals of shares whose variance is known, made on the logit scale."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval, t_quantile


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
    center = math.log(share / (1 - share))
    half = t_quantile(level, freedom) * math.sqrt(variance) / (share * (1 - share))
    return Interval(_expit(center - half), _expit(center + half), method)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
