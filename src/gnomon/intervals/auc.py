"""A score interval for the AUC, where a class has few rows."""

from __future__ import annotations

import math

from gnomon.intervals.interval import Interval, normal_quantile

METHOD = "newcombe"


def newcombe(auc: float, positives: float, negatives: float, level: float) -> Interval:
    """The AUC's interval where DeLong's variance is 0, undefined or too uncertain: perfect separation, or few rows.

    Solves |auc - t| = z * sqrt(V(t)) with the variance of Hanley and McNeil under exponential scores:
    R. G. Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
    Subset 2: asymptotic methods and evaluation", Statistics in Medicine 25 (2006), method 5.
    """
    z = normal_quantile(level)

    def excess(t: float) -> float:
        return abs(auc - t) - z * math.sqrt(auc_variance(t, positives, negatives))

    def solve(end: float) -> float:
        near, far = auc, end
        for _ in range(100):
            middle = (near + far) / 2
            near, far = (near, middle) if excess(middle) > 0 else (middle, far)
        return (near + far) / 2

    # The error of perfect separation, as of a share, with one pair more of either kind.
    moved = (auc * positives * negatives + 1) / (positives * negatives + 2)
    error = math.sqrt(auc_variance(moved, positives, negatives))
    return Interval(0.0 if auc == 0 else solve(0.0), 1.0 if auc == 1 else solve(1.0), METHOD, error)


def auc_variance(auc: float, positives: float, negatives: float) -> float:
    """The variance of the AUC of samples from exponential scores.

    J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982), with both
    classes alike, as Newcombe has it.
    """
    mean_rows = (positives + negatives) / 2 - 1
    unit = 1 + mean_rows * (1 - auc) / (2 - auc) + mean_rows * auc / (1 + auc)
    return max(0.0, auc * (1 - auc) * unit) / (positives * negatives)
