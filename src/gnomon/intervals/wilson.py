"""Wilson's score interval for a proportion: inside [0, 1], and never of zero width."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.interval import NO_INTERVAL, Interval, normal_quantile

Array = NDArray[np.float64]

METHOD = "wilson"


def wilson(share: float, trials: float, level: float) -> Interval:
    """The interval of a proportion.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927). With weighted rows ``trials`` is the number that
    ``gnomon.intervals.effective_trials`` gives.

    Args:
        share: Successes over trials.
        trials: The number of trials; no interval where it is not positive.
        level: The confidence level.

    >>> low, high, *_ = wilson(1.0, 10, 0.95)
    >>> round(low, 4), high
    (0.7225, 1.0)
    """
    if not trials > 0 or math.isnan(share):
        return NO_INTERVAL
    low, high = wilson_ends(np.array(share), np.array(trials), level)
    return Interval(float(low), float(high), METHOD, share_error(share, trials))


def share_error(share: float, trials: float) -> float:
    """The standard error of a proportion with one trial more of either kind.

    A. Agresti and B. Caffo, "Simple and effective confidence intervals for proportions and differences of proportions
    result from adding two successes and two failures", The American Statistician 54 (2000): of two proportions.
    """
    moved = (share * trials + 1) / (trials + 2)
    return math.sqrt(moved * (1 - moved) / (trials + 2))


def wilson_ends(share: Array, trials: Array, level: float) -> tuple[Array, Array]:
    """Both ends of many intervals, of any shape; NaN where a share is, or where there are no trials."""
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        center = share + z * z / (2 * trials)
        half = z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
        scale = 1 + z * z / trials
        low = np.where(share == 0, 0.0, np.maximum(0.0, (center - half) / scale))
        high = np.where(share == 1, 1.0, np.minimum(1.0, (center + half) / scale))
    return low, high
