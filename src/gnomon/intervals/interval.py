"""An interval and the name of the method that made it."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """Both ends and the method; the ends are NaN where there is no interval."""

    low: float
    high: float
    method: str | None


NO_INTERVAL = Interval(float("nan"), float("nan"), None)


def normal_quantile(level: float) -> float:
    """The z for which a standard normal lies in [-z, z] with probability ``level``.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def t_quantile(level: float, freedom: float) -> float:
    """The t for which Student's t lies in [-t, t] with probability ``level``."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2)) if math.isfinite(freedom) else normal_quantile(level)


def two_sided_t(t: float, freedom: float) -> float:
    """How often Student's t lies at least as far from 0 as ``t``; NaN of NaN.

    >>> round(two_sided_t(2.262157, 9), 4)
    0.05
    """
    from scipy.special import stdtr

    if not math.isfinite(freedom):
        return two_sided(t)
    return 2 * float(stdtr(freedom, -abs(t)))


def two_sided(z: float) -> float:
    """How often a standard normal lies at least as far from 0 as ``z``; NaN of NaN.

    >>> round(two_sided(1.959964), 4)
    0.05
    """
    return float("nan") if math.isnan(z) else math.erfc(abs(z) / math.sqrt(2))
