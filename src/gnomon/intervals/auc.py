"""Intervals for the AUC: DeLong's variance on the logit scale, and a score interval where that fails."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval, normal_quantile


def logit_interval(auc: float, variance: float, level: float) -> Interval:
    """The AUC's interval, made on the logit scale and brought back, so that it stays inside [0, 1].

    Needs 0 < auc < 1 and a positive variance; standard error of the logit is that of the AUC over
    auc * (1 - auc).
    """
    z = normal_quantile(level)
    center = math.log(auc / (1 - auc))
    half = z * math.sqrt(variance) / (auc * (1 - auc))
    return Interval(_expit(center - half), _expit(center + half), "delong")


def newcombe(auc: float, positives: float, negatives: float, level: float) -> Interval:
    """The AUC's interval where DeLong's variance is 0 or undefined: perfect separation, or a tiny class.

    Solves |auc - t| = z * sqrt(V(t)) with the variance of Hanley and McNeil under exponential scores:
    R. G. Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
    Part 2: asymptotic methods and evaluation", Statistics in Medicine 25 (2006), method 5.
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


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
