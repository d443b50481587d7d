"""How many rows a gate needs, and which rules can never pass, or never fail, with the rows at hand."""

from __future__ import annotations

import math
from statistics import NormalDist

from gnomon.intervals.interval import normal_quantile
from gnomon.intervals.mcnemar import tango
from gnomon.intervals.wilson import wilson


def rows_to_pass(deviation: float, distance: float, level: float, power: float) -> int | None:
    """About how many rows show that a value lies within its limit; None where none do, or it is unknown.

    Args:
        deviation: The standard error of the value times the root of the rows that it has now.
        distance: How far the true value lies from the limit, positive where it is within.
        level: The confidence level of the interval.
        power: How often so many rows show it.

    >>> rows_to_pass((14 / 200) ** 0.5, 0.02, 0.95, 0.8)
    1374
    """
    if not distance > 0 or not deviation >= 0:
        return None
    z = normal_quantile(level) + NormalDist().inv_cdf(power)
    return math.ceil((z * deviation / distance) ** 2)


def best_share(n: int, level: float) -> float:
    """The lower end of the interval of a share where all of n rows count: no rule with a higher limit can pass.

    >>> round(best_share(5, 0.95), 4)
    0.5655
    """
    return wilson(1.0, n, level).low


def best_difference(n: int, level: float) -> float:
    """How far below 0 the interval of a paired difference of shares reaches where n rows never differ.

    >>> round(best_difference(50, 0.95), 3)
    0.071
    """
    return tango(0, 0, n, level).high
