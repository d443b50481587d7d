"""Two answers to the same rows, each right or wrong: the difference of the shares, and McNemar's test."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile


def mcnemar(first: int, second: int) -> tuple[float, float]:
    """How often chance alone divides the rows that only one of two answers gets right at least so unevenly.

    Of those rows each answer has a binomial number with share one half, if both are equally often right (Q. McNemar,
    Psychometrika 12, 1947). The exact p-value counts what occurred in full, the mid-p one half of it: it keeps to its
    level better, as the exact one is below it nearly everywhere (M. W. Fagerland et al., "The McNemar test for binary
    matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC Medical Research Methodology 13,
    2013).

    Args:
        first: Rows that only the first answer gets right.
        second: Rows that only the second gets right.

    Returns:
        The mid-p value and the exact p-value, two-sided.

    >>> mid, exact = mcnemar(1, 7)
    >>> round(mid, 6), round(exact, 6)
    (0.039062, 0.070312)
    """
    from scipy.special import bdtr

    rows, fewer = first + second, min(first, second)
    if not rows:
        return 1.0, 1.0
    reached = float(bdtr(fewer, rows, 0.5))
    occurred = reached - (float(bdtr(fewer - 1, rows, 0.5)) if fewer else 0.0)
    exact = min(1.0, 2 * reached)
    return (1.0 if first == second else min(1.0, 2 * reached - occurred)), exact


def tango(first: int, second: int, rows: int, level: float) -> Interval:
    """The interval of the share that the second answer gets right minus that of the first.

    All differences that the score test would not reject: T. Tango, "Equivalence test and confidence interval for the
    difference in proportions for the paired-sample design", Statistics in Medicine 17 (1998). At no difference the test
    is McNemar's.

    Args:
        first: Rows that only the first answer gets right.
        second: Rows that only the second gets right.
        rows: All rows.
        level: The confidence level.
    """
    if not rows:
        return NO_INTERVAL
    z = normal_quantile(level)
    value = (second - first) / rows

    def far(change: float) -> bool:
        """Whether the score test rejects a difference."""
        return abs(tango_score(first, second, rows, change)) > z

    def solve(end: float) -> float:
        near, beyond = value, end
        if not far(end):
            return end
        for _ in range(80):
            middle = (near + beyond) / 2
            near, beyond = (near, middle) if far(middle) else (middle, beyond)
        return (near + beyond) / 2

    return Interval(solve(-1.0), solve(1.0), "mcnemar")


def tango_score(first: int, second: int, rows: int, change: float) -> float:
    """The statistic of Tango's score test of a difference, a standard normal if it is the true one.

    Args:
        first: Rows that only the first answer gets right.
        second: Rows that only the second gets right.
        rows: All rows.
        change: The difference.

    Returns:
        The distance of the observed difference from it in standard errors; infinite where it cannot be.
    """
    distance = second - first - rows * change
    b = (2 * rows - second + first) * change - second - first
    c = -first * change * (1 - change)
    share = (math.sqrt(max(0.0, b * b - 8 * rows * c)) - b) / (4 * rows)
    variance = rows * (2 * share + change * (1 - change))
    if not variance > 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)
