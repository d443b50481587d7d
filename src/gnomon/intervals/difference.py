"""The difference of two values from different rows, and what many comparisons do to its p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gnomon.estimate import Difference, Estimate
from gnomon.intervals.interval import normal_quantile, two_sided


def independent_difference(first: Estimate, second: Estimate) -> Difference:
    """The difference of two estimates of different rows, from the intervals of both.

    The distances of the two values to those ends of their intervals that lie towards each other are added as squares
    (R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine
    17, 1998, method 10; G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27, 2008). The p-value takes the end towards zero as a normal quantile.
    """
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    if math.isnan(low) or math.isnan(high):
        return Difference(value, level=first.level, n=first.n)
    half = value - low if value > 0 else high - value
    z = value / half * normal_quantile(first.level) if half > 0 else (0.0 if value == 0 else math.inf)
    return Difference(value, low, high, first.level, "newcombe", first.n, two_sided(z))


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that a limit on them limits the share of false ones among those below it.

    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995). NaN stays and
    does not count.

    >>> false_discovery([0.01, 0.04, 0.03, float("nan")])
    [0.03, 0.04, 0.04, nan]
    """
    known = sorted((value, place) for place, value in enumerate(p_values) if not math.isnan(value))
    adjusted = [math.nan] * len(p_values)
    least = 1.0
    for rank in range(len(known), 0, -1):
        value, place = known[rank - 1]
        least = min(least, value * len(known) / rank)
        adjusted[place] = least
    return adjusted
