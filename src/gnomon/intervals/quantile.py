"""Distribution-free interval for a median, from order statistics."""

from __future__ import annotations

import math

from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile
from gnomon.measures.quantiles import BinnedRanks, Ranks


def median_interval(errors: Ranks | BinnedRanks, rows: float, level: float) -> Interval:
    """Two order statistics between which the median lies with at least the probability ``level``.

    The number of rows below the median is binomial with share 1/2, whatever the distribution (W. J. Conover,
    Practical Nonparametric Statistics, 3rd edition, section 3.2). With weights the ranks are taken as
    shares of the weight, for the effective number of rows. No interval where even the smallest and the
    largest error enclose the median too rarely.
    """
    interval = _order_statistics(errors, rows, level)
    if interval is None:
        return NO_INTERVAL
    usual = _order_statistics(errors, rows, USUAL)
    error = math.nan if usual is None else (usual[1] - usual[0]) / (2 * normal_quantile(USUAL))
    return Interval(*interval, "order statistics", error)


# The standard error is taken from the interval at this level, whichever was asked for.
USUAL = 0.95


def _order_statistics(errors: Ranks | BinnedRanks, rows: float, level: float) -> tuple[float, float] | None:
    from scipy.special import bdtr, bdtrik

    n = int(rows)
    tail = 0.5 - level / 2
    if n < 1 or bdtr(0, n, 0.5) > tail:
        return None
    below = int(bdtrik(tail, n, 0.5))  # the greatest k with P(X <= k) <= tail, up to rounding
    while below > 0 and bdtr(below, n, 0.5) > tail:
        below -= 1
    while bdtr(below + 1, n, 0.5) <= tail:
        below += 1
    return errors.at_rank(below, n), errors.at_rank(n - 1 - below, n)
