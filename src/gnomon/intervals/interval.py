"""An interval and the name of the method that made it."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnomon.estimate import Estimate
from gnomon.message import Message


class Interval(NamedTuple):
    """An interval, and what a test of the value takes.

    Attributes:
        low, high: Its ends; NaN where there is no interval.
        method: How it was made.
        error: The standard error of the value, whatever the level; NaN where it is unknown.
        freedom: The degrees of freedom of the variance.
    """

    low: float
    high: float
    method: str | None
    error: float = math.nan
    freedom: float = math.inf

    def of(self, estimate: Estimate, reason: Message | None = None) -> Estimate:
        """An estimate with this interval, any warning of another one left out, and why it has none."""
        return replace(
            estimate,
            low=self.low,
            high=self.high,
            method=self.method,
            standard_error=self.error,
            degrees_of_freedom=self.freedom,
            reason=reason,
            warning=None,
        )


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


def t_quantiles(level: float, freedom: NDArray[np.float64]) -> NDArray[np.float64]:
    """:func:`t_quantile` of many degrees of freedom."""
    from scipy.special import stdtrit

    known = np.isfinite(freedom)
    quantile = np.full(freedom.shape, normal_quantile(level))
    quantile[known] = stdtrit(freedom[known], 0.5 + level / 2)
    return quantile


def two_sided_t(t: float, freedom: float) -> float:
    """How often Student's t lies at least as far from 0 as ``t``; NaN of NaN.

    >>> round(two_sided_t(2.262157, 9), 4)
    0.05
    """
    from scipy.special import stdtr

    if not math.isfinite(freedom):
        return two_sided(t)
    return 2 * float(stdtr(freedom, -abs(t)))


def t_tail(t: float, freedom: float) -> float:
    """How often Student's t is at least ``t``; NaN of NaN.

    >>> round(t_tail(2.262157, 9), 4), round(t_tail(-1.959964, math.inf), 4)
    (0.025, 0.975)
    """
    from scipy.special import ndtr, stdtr

    return float(stdtr(freedom, -t)) if math.isfinite(freedom) else float(ndtr(-t))


def two_sided(z: float) -> float:
    """How often a standard normal lies at least as far from 0 as ``z``; NaN of NaN.

    >>> round(two_sided(1.959964), 4)
    0.05
    """
    return float("nan") if math.isnan(z) else math.erfc(abs(z) / math.sqrt(2))
