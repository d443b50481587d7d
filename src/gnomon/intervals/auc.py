"""A score interval for the AUC, where a class has few rows."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval, normal_quantile


def newcombe(auc: float, positives: float, negatives: float, level: float) -> Interval:
    """The AUC's interval where DeLong's variance is 0, undefined or too uncertain: perfect separation, or few rows.

    Solves |auc - t| = z * sqrt(V(t)) with the variance of Hanley and McNeil under exponential scores:
    R. G. Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
    Subset 2: asymptotic methods and evaluation", Statistics in Medicine 25 (2006), method 5.
    """
    z = normal_quantile(level)
    mean_rows = (positives + negatives) / 2 - 1

    def excess(t: float) -> float:
        variance = t * (1 - t) * (1 + mean_rows * (1 - t) / (2 - t) + mean_rows * t / (1 + t))
        return abs(auc - t) - z * math.sqrt(max(0.0, variance) / (positives * negatives))

    def solve(end: float) -> float:
        near, far = auc, end
        for _ in range(100):
            middle = (near + far) / 2
            near, far = (near, middle) if excess(middle) > 0 else (middle, far)
        return (near + far) / 2

    return Interval(0.0 if auc == 0 else solve(0.0), 1.0 if auc == 1 else solve(1.0), "newcombe")
