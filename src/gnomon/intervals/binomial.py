"""What chance alone does to bins of probabilities that hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnomon.intervals.bootstrap import REPLICATES
from gnomon.measures.calibration import Groups

Array = NDArray[np.float64]


def consistency_band(probability: Array, trials: Array, level: float) -> tuple[Array, Array]:
    """The middle ``level`` of the shares that would happen in bins of so many (effective) rows."""
    from scipy.stats import binom

    rows = np.maximum(1, np.rint(trials))
    low, high = (binom.ppf(share, rows, np.clip(probability, 0.0, 1.0)) for share in (0.5 - level / 2, 0.5 + level / 2))
    return np.maximum(low, 0.0) / rows, high / rows


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
