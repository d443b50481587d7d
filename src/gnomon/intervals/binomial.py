"""What chance alone does to bins of probabilities that hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.bootstrap import REPLICATES
from gnomon.measures.calibration import Groups

Array = NDArray[np.float64]


def consistency_band(probability: Array, trials: Array, level: float) -> tuple[Array, Array]:
    """The middle ``level`` of the shares that would happen in bins of so many (effective) rows."""
    rows = np.maximum(1, np.rint(trials)).astype(np.int64)
    share = np.clip(probability, 0.0, 1.0)
    low, high = (binomial_quantile(own, rows, share) for own in (0.5 - level / 2, 0.5 + level / 2))
    return low / rows, high / rows


def binomial_quantile(below: float, trials: NDArray[np.int64], share: Array) -> Array:
    """The least number of successes that is reached with at least the probability ``below``, for each of some counts.

    By ``scipy.special`` alone: ``scipy.stats`` takes a third of a second to import.
    """
    from scipy.special import bdtr, bdtrik

    inside = (share > 0) & (share < 1)
    places = np.where(inside, share, 0.5)
    least = np.nan_to_num(np.ceil(bdtrik(below, trials, places)))  # not a number next to a share of 0
    fewer = np.maximum(least - 1, 0.0)
    least = np.where(bdtr(fewer, trials, places) >= below, fewer, least)
    return np.asarray(np.where(inside, least, np.where(share > 0, trials, 0)), np.float64)


def binomial_errors(groups: Groups, seed: int) -> Array:
    """Calibration errors of bins of independent rows whose probabilities hold.

    Outcomes are drawn anew from the bins' probabilities (consistency resampling).
    """
    rng = np.random.Generator(np.random.Philox(seed))
    rows = np.maximum(1, np.rint(groups.effective)).astype(np.int64)
    share = np.clip(groups.probability, 0.0, 1.0)
    drawn = rng.binomial(rows, share, (REPLICATES, len(rows))) / rows
    return np.asarray((np.abs(drawn - share) * groups.weight).sum(axis=1) / groups.weight.sum())


def chance_error(errors: Array, error: float) -> tuple[float, float]:
    """The mean of calibration errors by chance, and how often they are at least the error given; NaN of NaN."""
    if np.isnan(errors).any():
        return float("nan"), float("nan")
    return float(errors.mean()), float((1 + np.count_nonzero(errors >= error)) / (1 + len(errors)))
